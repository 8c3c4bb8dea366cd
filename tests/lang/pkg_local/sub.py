from . import value as outer_value
from .other import name as other_name
print("sub is loaded")
__all__ = ["exported"]
name = "sub"
exported = 5
hidden = 6
def up():
    return outer_value, other_name
