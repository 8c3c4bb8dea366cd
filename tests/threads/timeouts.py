"""Timeouts at and beyond what fits."""
import _thread, queue, threading
l = _thread.allocate_lock()
for v in (threading.TIMEOUT_MAX, threading.TIMEOUT_MAX + 1, 1e18, 1e19, 1e300, 1e308 * 10, float('nan'), -2, 10**30):
    for f in (lambda: l.acquire(timeout=v), lambda: threading.RLock().acquire(timeout=v), lambda: queue.SimpleQueue().get(timeout=v) if v > threading.TIMEOUT_MAX else None):
        try:
            print(v, f())
        except Exception as e:
            print(v, type(e).__name__, e)
    if l.locked():
        l.release()
