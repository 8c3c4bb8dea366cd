"""Slices of lists: reading, assigning, deleting."""
a = list(range(10))
print(a[2:5], a[:3], a[7:], a[::3], a[::-1], a[-3:-1], a[5:2], a[5:2:-1], a[100:], a[-100:2], a[::-4], a[slice(1, None, 4)])
a[2:5] = "xy"
print(a)
a[1:1] = [7, 8]
print(a)
a[::2] = [0] * len(a[::2])
print(a)
del a[::3]
print(a)
a[:] = a[::-1]
del a[1:3]
print(a)
a[-1:] = ()
a[len(a):] = [1, 2]
print(a)
for bad in ("a[::2] = [1]", "a[::0]", "a[1:2] = 5", "a['x']", "a[1.5]", "a[99]", "a[99] = 1", "del a[99]", "(1,2)['a']", "(1, 2)[0] = 1", "'abc'[0] = 'x'", "slice()", "a[::2] = 5"):
    try:
        exec(bad)
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
print(slice(1, 10, 2).indices(5), slice(None, None, -1).indices(4), slice(1, 2), slice(1) == slice(None, 1, None))
class S:
    def __getitem__(self, k):
        return k
print(S()[1:2], S()[1:2, ..., ::3], S()[()], S()[:, 1])
print(range(10)[2:8:3], list(range(10)[::-3]), (1, 2, 3)[1:], b"abc"[1:], bytearray(b"abc")[::-1], "abc"[True:])
b = bytearray(b"hello")
b[1:3] = b"XYZ"
del b[0]
print(b, b[0])
