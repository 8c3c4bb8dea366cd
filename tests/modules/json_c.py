"""_json: scanner and encoder against their Python halves, and what their errors say."""
import json
import random
import threading
from json import decoder, encoder, scanner

import _json


def show(f):
    try:
        result = ascii(f())
    except BaseException as e:
        result = '%s: %s' % (type(e).__name__, ascii(str(e)))
    print(result if len(result) < 300 else result[:300] + '...')


def make(m=None, d=repr, enc=_json.encode_basestring_ascii, sort=False, skip=False, nan=True, key=': ', item=', '):
    return encoder.c_make_encoder(m, d, enc, None, key, item, sort, skip, nan)


class Int(int):
    def __repr__(self):
        return 'no'


class Float(float):
    def __repr__(self):
        return 'no'


class Text(str):
    def __str__(self):
        return 'no'


class Items(dict):
    def items(self):
        return self.what


def items(what):
    d = Items(a=1)
    d.what = what
    return d


class Changing:
    """default() of it empties the dict and the list that are being encoded."""
    def __init__(self, where):
        self.where = where

    def gone(self):
        self.where.clear()
        return 'gone'


def circle(kind):
    if kind is list:
        x = [1]
        x.append([x])
    else:
        x = {'a': {}}
        x['a']['b'] = (1, x)
    return x


print('encoder')
show(lambda: make()([1, -2, 2**60, -2**70, {'a': 2, 'b': []}, {}, (), (1,), None, True, False], 0))
show(lambda: make()([0.1, 1e300, -0.0, 1e16, 5e-324, float('inf'), float('-inf'), float('nan')], 0))
show(lambda: make()([Int(3), Float(2.5), Text('x"y'), Int(2**80)], 0))
show(lambda: make()({Int(3): 1, Float(2.5): 2, Text('x"y'): 3, None: 4, True: 5, False: 6, 2**80: 7, 0.5: 8}, 0))
show(lambda: make(key='\u1234', item='\U0001f600')({'a': 2, 'b': ['\x00\x1f\x7f\x80\xff\u2028\ud800\U0001f600', '\b\f\n\r\t\\/"']}, 0))
show(lambda: make(enc=_json.encode_basestring)(['\x00\x1f\x7f\x80\xff\u2028\ud800\U0001f600', '\b\f\n\r\t\\/"'], 0))
show(lambda: make(enc=lambda s: '<' + s + '>')({'a': ['\u1234']}, 0))
show(lambda: make(enc=lambda s: 3)(['a'], 0))
show(lambda: make(sort=True)({'b': 1, 'a': 2}, 0))
show(lambda: make(sort=True)({'b': 1, 3: 2}, 0))
show(lambda: make(skip=True)({(1,): 1, 'a': 2, (2,): 3, 'b': 4}, 0))
show(lambda: make()({(1,): 1, 'a': 2}, 0))
show(lambda: make(nan=False)([float('nan')], 0))
show(lambda: make(nan=False)({float('inf'): 1}, 0))
show(lambda: make()(items([('k', 1)]), 0))
show(lambda: make()(items(iter([('k', 1)])), 0))
show(lambda: make()(items(3), 0))
show(lambda: make()(items([3]), 0))
show(lambda: make(d=lambda o: [type(o).__name__])([Ellipsis, object(), 1j], 0))
show(lambda: make(d=lambda o: o)({1: ...}, 0))
show(lambda: make({}, d=lambda o: o)({1: ...}, 0))
show(lambda: make({}, d=lambda o: [o])({1: ...}, 0))
show(lambda: make({})(circle(list), 0))
show(lambda: make({})(circle(dict), 0))
show(lambda: make()(circle(list), 0))
show(lambda: make({})([[1]] * 3, 0))
d = {}
d.update(a=1, b=Changing(d), c=3)
show(lambda: make(d=Changing.gone)(d, 0))
x = [1]
x += [Changing(x), 3]
show(lambda: make(d=Changing.gone)(x, 0))
show(lambda: make(1))
show(lambda: make(key=1))
show(lambda: encoder.c_make_encoder())
show(lambda: encoder.c_make_encoder(1, 2, 3, 4, '', '', 7, 8, 9, 10))
show(lambda: make()([1]))
show(lambda: make()(obj=[1], _current_indent_level='x'))
show(lambda: type('Sub', (encoder.c_make_encoder,), {}))
show(lambda: setattr(make(), 'indent', 1))
e = make({}, sort=1)
show(lambda: (e.markers, e.default is repr, e.indent, e.key_separator, e.item_separator, e.sort_keys, e.skipkeys))

print('strings')
for f in _json.encode_basestring, _json.encode_basestring_ascii:
    for s in '', 'a', 'plain text', 'caf\xe9', '\u1234', '\U0001f600x', 'tab\there', '\x7f', 'x' * 20 + '\\', Text('sub'), 1, b'x':
        show(lambda: f(s))
for args in (('"', 0), ('abc"', 0), ('abc"', 1), ('abc"', 4), ('abc', 0), ('abc"', 5), ('abc"', -1), ('', 0), (1, 2), ('a"', 'x'), (),
             ('a\\n\\t\\r\\f\\b\\/\\\\\\""', 0), ('\\u00e9\\u1234\\uD83d\\ude00x"', 0), ('\\ud83d"', 0), ('\\ud83dx"', 0),
             ('\\ud83d\\u0041"', 0), ('\\ud83d\\ude0"', 0), ('\\ud83d\\uzzzz"', 0), ('\\u12"', 0), ('\\u123', 0), ('\\u12x4"', 0),
             ('\\u0x12"', 0), ('\\', 0), ('\\q"', 0), ('a\x01b"', 0), ('a\x01b"', 0, False), ('a\nb"', 0, 0), ('x' * 200 + '\\n' + 'y' * 200 + '"', 0),
             ('\u1234\\n"', 0), ('\U0001f600\\u0041"', 0), ('x' * 127 + '\\u1234\\u0041"', 0), ('\\n' * 300 + '"', 0), ('"', 0, 1, 2)):
    show(lambda: _json.scanstring(*args))

print('scanner')
scan = json.JSONDecoder().scan_once
for text in ('1', '-1', '-0', '0', '-', '', '01', '1.5', '1.', '1.e5', '1e5', '1E+5', '1e-5', '1e', '1e+', '.5', '+1', '-a', '1' * 15, '1' * 16,
             '-' + '9' * 17, '1' * 70, '1' * 5000, '0.' + '1' * 80, '1e400', '123456789012345678.5e-3', 'NaN', 'Infinity', '-Infinity', 'Na',
             '-Inf', 'null', 'nul', 'true', 'tru', 'false', 'falsy', '\u0661', '[]', '[ ]', '[1]', '[1,2 , 3\n]', '[1', '[1,', '[1,]', '[,',
             '[1 2]', '{}', '{ }', '{"a":1}', '{"a" : 1 , "b":[{"a":{}}]}', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a', '{"a" 1}',
             '{"a":1 "b"}', '{"a":1,1}', '{"a":1,"a":2}', '{"\\u0061":1,"a":2}', '[' * 100000, '{"a":' * 100000, '["\u1234", "\xe9", 1.5, -7]',
             '{"k\u1234":1,"k\u1234":2,"k":3}'):
    show(lambda: scan(text, 0))
    show(lambda: json.loads(text))
show(lambda: scan('1', -1))
show(lambda: scan('1', 5))
show(lambda: scan(b'1', 0))
show(lambda: scan('1'))
show(lambda: scan(idx=1, string='[]1'))
show(lambda: scan(idx=2, string='[]1'))
show(lambda: scanner.c_make_scanner(1))
show(lambda: scanner.c_make_scanner())
text = '{"b": 1, "a": [1.5, -2, NaN, {"c": Infinity}], "b": -Infinity}'
show(lambda: json.loads(text, parse_int=str, parse_float=lambda s: 'f' + s, parse_constant=lambda s: 'c' + s))
show(lambda: json.loads(text, object_pairs_hook=lambda pairs: pairs))
show(lambda: json.loads(text, object_hook=sorted))
show(lambda: json.loads(text, object_hook=sorted, object_pairs_hook=len))
show(lambda: json.loads(text, object_hook=lambda d: 1 / 0))
show(lambda: json.loads('["\t"]', strict=False))
show(lambda: json.loads('["\t"]'))
show(lambda: (scan.strict, scan.object_hook, scan.object_pairs_hook, scan.parse_float, scan.parse_int, callable(scan.parse_constant)))
show(lambda: setattr(scan, 'strict', 1))

print('both halves agree')
rng = random.Random(1)
pieces = ['a', 'key', '"', '\\', '\n', '\x01', '\xe9', '\u1234', '\U0001f600', '\ud800', 'x' * 9, ' ']


def value(depth):
    kind = rng.randrange(9 if depth else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.randrange(-10**rng.randrange(1, 25), 10**rng.randrange(1, 25))
    if kind == 2:
        return rng.choice([rng.random(), rng.randrange(1000) / 8, 10.0**rng.randrange(-300, 300)])
    if kind < 6:
        return ''.join(rng.choice(pieces) for _ in range(rng.randrange(12)))
    if kind == 6:
        return [value(depth - 1) for _ in range(rng.randrange(40))]
    return {value(0) if rng.randrange(4) else 'k%d' % i: value(depth - 1) for i in range(rng.randrange(40))}


class PyDecoder(decoder.JSONDecoder):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.parse_string = decoder.py_scanstring
        self.scan_once = scanner.py_make_scanner(self)


def both(v, ascii_only, indent):
    fast = json.dumps(v, ensure_ascii=ascii_only)
    slow = ''.join(json.JSONEncoder(ensure_ascii=ascii_only).iterencode(v))
    assert fast == slow, (fast, slow)
    assert fast.isascii() or not ascii_only
    back = json.loads(fast)
    assert repr(back) == repr(PyDecoder().decode(fast))
    assert repr(json.loads(json.dumps(v, indent=indent))) == repr(back)
    return len(fast)


total = 0
for i in range(60):
    total += both(value(3), i % 2 == 0, rng.choice([None, 0, 2, '\t']))
print(total)
# broken text: the halves word few errors differently, and weft's as CPython's
text = json.dumps({'a': [1.5, 'b\n\u1234', {'c': None}], 'd': -12, 'e': True}, ensure_ascii=False) + ' '
differences = 0
for i in range(2000):
    p = rng.randrange(len(text))
    bad = text[:p] + rng.choice(['', '"', '\\', ',', '}', ']', '1', '\x00', 'n', 'e', '-', ' ']) + text[p + rng.randrange(3):]
    answers = []
    for f in json.loads, PyDecoder().decode:
        try:
            answers.append(repr(f(bad)))
        except ValueError as e:
            answers.append((e.pos if 'control' not in e.msg and 'escape' not in e.msg else 0, e.msg.split()[1]))
    differences += answers[0] != answers[1]
print(differences)

print('threads')
shared = {'list': list(range(50)), 'dict': {str(i): i for i in range(50)}}
failures = []
stop = threading.Event()


def change():
    i = 0
    while not stop.is_set():
        i += 1
        shared['list'].append(i)
        del shared['list'][:1]
        shared['dict'][str(i % 100)] = [i]
        shared['dict'].pop(str((i + 50) % 100), None)


def encode():
    try:
        for _ in range(200):
            back = json.loads(json.dumps(shared))
            assert set(back) == {'list', 'dict'}
    except Exception as e:
        failures.append(e)


changers = [threading.Thread(target=change) for _ in range(2)]
encoders = [threading.Thread(target=encode) for _ in range(2)]
for t in changers + encoders:
    t.start()
for t in encoders:
    t.join()
stop.set()
for t in changers:
    t.join()
print(failures)
