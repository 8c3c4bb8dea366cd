/* listsort_merge.h - the merge sort of listsort.c, for one way to compare. Included once for each, with NAME(x) giving the
 * names and LESS(s, a, b) the order: 1, 0, or -1 when an exception is pending.
 * SPDX-License-Identifier: MIT */

/* First position in keys[0..n) whose key is greater than `key` (right) or not less (left); n >= 0. Searches from `hint`
 * outwards in steps that double, then by halves. -1: raised. */
static int64_t NAME(gallop)(Sort *s, WfValue key, const WfValue *keys, int64_t n, int64_t hint, bool right)
{
    int64_t low, high; /* the position is in [low, high] */
    int c = right ? LESS(s, key, keys[hint]) : LESS(s, keys[hint], key);
    if (c < 0) {
        return -1;
    }
    int64_t step = 1;
    bool up = right ? c == 0 : c == 1; /* it is behind the hint */
    if (up) {
        low = hint + 1;
        while (low - 1 + step < n) {
            WfValue k = keys[low - 1 + step];
            c = right ? LESS(s, key, k) : LESS(s, k, key);
            if (c < 0) {
                return -1;
            }
            if (right ? c == 1 : c == 0) {
                break;
            }
            low += step;
            step *= 2;
        }
        high = low - 1 + step < n ? low - 1 + step : n;
    } else {
        high = hint;
        while (high - step >= 0) {
            WfValue k = keys[high - step];
            c = right ? LESS(s, key, k) : LESS(s, k, key);
            if (c < 0) {
                return -1;
            }
            if (right ? c == 0 : c == 1) {
                break;
            }
            high -= step;
            step *= 2;
        }
        low = high - step >= 0 ? high - step + 1 : 0;
    }
    while (low < high) {
        int64_t mid = low + (high - low) / 2;
        c = right ? LESS(s, key, keys[mid]) : LESS(s, keys[mid], key);
        if (c < 0) {
            return -1;
        }
        if (right ? c == 1 : c == 0) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return low;
}

/* Merges the runs [a, a + na) and [b, b + nb), b == a + na, na <= nb: the left one goes to the spare room first. */
static WfStatus NAME(merge_low)(Sort *s, int64_t a, int64_t na, int64_t b, int64_t nb)
{
    move_out(s, a, na);
    WfValue *tk = s->spare_keys, *k = s->keys;
    int64_t i = 0, j = b, to = a, end = b + nb;
    int64_t patience = s->min_gallop;
    while (i < na && j < end) {
        int64_t left = 0, right = 0; /* how often in a row each side has won */
        do {
            int c = LESS(s, k[j], tk[i]);
            if (c < 0) {
                return WF_RAISED;
            }
            if (c) {
                put(s, to++, j++);
                right++;
                left = 0;
            } else {
                put_back(s, to++, i++);
                left++;
                right = 0;
            }
        } while (i < na && j < end && (left | right) < patience);
        if (i >= na || j >= end) {
            break;
        }
        /* One side wins again and again: look for how far it goes. */
        do {
            patience -= patience > 1;
            int64_t n = NAME(gallop)(s, k[j], tk + i, na - i, 0, true);
            if (n < 0) {
                return WF_RAISED;
            }
            left = n;
            while (n-- > 0) {
                put_back(s, to++, i++);
            }
            if (i >= na) {
                break;
            }
            put(s, to++, j++);
            if (j >= end) {
                break;
            }
            n = NAME(gallop)(s, tk[i], k + j, end - j, 0, false);
            if (n < 0) {
                return WF_RAISED;
            }
            right = n;
            while (n-- > 0) {
                put(s, to++, j++);
            }
            if (j >= end) {
                break;
            }
            put_back(s, to++, i++);
            if (i >= na) {
                break;
            }
        } while (left >= MIN_GALLOP || right >= MIN_GALLOP);
        patience++;
    }
    s->min_gallop = patience < 1 ? 1 : patience;
    while (i < na) {
        put_back(s, to++, i++);
    }
    return WF_OK;
}

/* Likewise with na > nb: the right run goes to the spare room, merging from the end. */
static WfStatus NAME(merge_high)(Sort *s, int64_t a, int64_t na, int64_t b, int64_t nb)
{
    move_out(s, b, nb);
    WfValue *tk = s->spare_keys, *k = s->keys;
    int64_t i = a + na - 1, j = nb - 1, to = b + nb - 1;
    int64_t patience = s->min_gallop;
    while (i >= a && j >= 0) {
        int64_t left = 0, right = 0;
        do {
            int c = LESS(s, tk[j], k[i]);
            if (c < 0) {
                return WF_RAISED;
            }
            if (c) {
                put(s, to--, i--);
                left++;
                right = 0;
            } else {
                put_back(s, to--, j--);
                right++;
                left = 0;
            }
        } while (i >= a && j >= 0 && (left | right) < patience);
        if (i < a || j < 0) {
            break;
        }
        do {
            patience -= patience > 1;
            int64_t n = NAME(gallop)(s, tk[j], k + a, i - a + 1, i - a, true);
            if (n < 0) {
                return WF_RAISED;
            }
            left = i - a + 1 - n;
            for (int64_t x = left; x > 0; x--) {
                put(s, to--, i--);
            }
            if (i < a) {
                break;
            }
            put_back(s, to--, j--);
            if (j < 0) {
                break;
            }
            n = NAME(gallop)(s, k[i], tk, j + 1, j, false);
            if (n < 0) {
                return WF_RAISED;
            }
            right = j + 1 - n;
            for (int64_t x = right; x > 0; x--) {
                put_back(s, to--, j--);
            }
            if (j < 0) {
                break;
            }
            put(s, to--, i--);
            if (i < a) {
                break;
            }
        } while (left >= MIN_GALLOP || right >= MIN_GALLOP);
        patience++;
    }
    s->min_gallop = patience < 1 ? 1 : patience;
    while (j >= 0) {
        put_back(s, to--, j--);
    }
    return WF_OK;
}

static WfStatus NAME(merge)(Sort *s, int64_t a, int64_t na, int64_t nb)
{
    int64_t b = a + na;
    wf_safepoint(s->t);
    /* What is in place already stays. */
    int64_t n = NAME(gallop)(s, s->keys[b], s->keys + a, na, 0, true);
    if (n < 0) {
        return WF_RAISED;
    }
    a += n;
    na -= n;
    if (na == 0) {
        return WF_OK;
    }
    nb = NAME(gallop)(s, s->keys[a + na - 1], s->keys + b, nb, nb - 1, false);
    if (nb <= 0) {
        return nb < 0 ? WF_RAISED : WF_OK;
    }
    if (reserve(s, na < nb ? na : nb) != WF_OK) {
        return WF_RAISED;
    }
    return na <= nb ? NAME(merge_low)(s, a, na, b, nb) : NAME(merge_high)(s, a, na, b, nb);
}

/* Length of the run that begins at `at`; a descending one is turned around. */
static int64_t NAME(count_run)(Sort *s, int64_t at, int64_t end)
{
    WfValue *k = s->keys;
    int64_t i = at + 1;
    if (i >= end) {
        return end - at;
    }
    int first = LESS(s, k[i], k[i - 1]);
    for (i++; first >= 0 && i < end; i++) {
        int c = LESS(s, k[i], k[i - 1]);
        if (c < 0) {
            return -1;
        }
        if (c != first) {
            break;
        }
    }
    if (first < 0) {
        return -1;
    }
    if (first) {
        turn(s, at, i);
    }
    return i - at;
}

/* Sorts [at, end), of which [at, from) is sorted, by inserting. */
static WfStatus NAME(insertion)(Sort *s, int64_t at, int64_t end, int64_t from)
{
    WfValue *k = s->keys, *v = s->values;
    for (int64_t i = from; i < end; i++) {
        WfValue key = k[i];
        int64_t low = at, high = i;
        while (low < high) {
            int64_t mid = low + (high - low) / 2;
            int c = LESS(s, key, k[mid]);
            if (c < 0) {
                return WF_RAISED;
            }
            if (c) {
                high = mid;
            } else {
                low = mid + 1;
            }
        }
        memmove(k + low + 1, k + low, (size_t)(i - low) * sizeof *k);
        k[low] = key;
        if (v != NULL) {
            WfValue value = v[i];
            memmove(v + low + 1, v + low, (size_t)(i - low) * sizeof *v);
            v[low] = value;
        }
    }
    return WF_OK;
}

static WfStatus NAME(sort)(Sort *s)
{
    int64_t n = s->n, at = 0;
    int64_t min_run = min_run_of(n);
    while (at < n) {
        int64_t len = NAME(count_run)(s, at, n);
        if (len < 0) {
            return WF_RAISED;
        }
        if (len < min_run) {
            int64_t want = n - at < min_run ? n - at : min_run;
            if (NAME(insertion)(s, at, at + want, at + len) != WF_OK) {
                return WF_RAISED;
            }
            len = want;
        }
        /* Powersort: merge what lies deeper in the nearly optimal tree than the border to the new run. */
        if (s->depth > 0) {
            Run *top = &s->runs[s->depth - 1];
            int power = power_of(top->at, top->len, len, n);
            while (s->depth > 1 && s->runs[s->depth - 2].power > power) {
                Run *x = &s->runs[s->depth - 2];
                if (NAME(merge)(s, x->at, x->len, x[1].len) != WF_OK) {
                    return WF_RAISED;
                }
                x->len += x[1].len;
                s->depth--;
            }
            s->runs[s->depth - 1].power = power;
        }
        s->runs[s->depth++] = (Run){at, len, 0};
        at += len;
    }
    while (s->depth > 1) {
        Run *x = &s->runs[s->depth - 2];
        if (NAME(merge)(s, x->at, x->len, x[1].len) != WF_OK) {
            return WF_RAISED;
        }
        x->len += x[1].len;
        s->depth--;
    }
    return WF_OK;
}

#undef NAME
#undef LESS
