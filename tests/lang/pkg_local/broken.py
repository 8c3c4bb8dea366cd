raise ValueError("broken while loading")
