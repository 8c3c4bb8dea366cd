/* test_gc_weak.c - weak references, finalizers, resurrection, prompt collections.
 * SPDX-License-Identifier: MIT */
#include "gc_fake.h"

static WfValue root, other;
static char log_text[4096];

static void say(char what, int64_t id)
{
    char part[32];
    snprintf(part, sizeof part, "%c%d ", what, (int)id);
    strncat(log_text, part, sizeof log_text - strlen(log_text) - 1);
}

#define EXPECT(text)                                                                     \
    (strcmp(log_text, (text)) == 0 ? (void)(log_text[0] = 0)                             \
                                   : (fprintf(stderr, "%s:%d: got \"%s\", want \"%s\"\n", __FILE__, __LINE__, log_text, text), exit(1)))

/* A named object: s[0] its number, s[1] anything. */
static Node *named(WfThread *t, int64_t id, WfValue next)
{
    Node *o = wf_gc_alloc(t, WF_KIND_INSTANCE, sizeof(Node) + 3 * sizeof(WfSlot));
    CHECK(o != NULL);
    wf_store_raw(&o->s[0], wf_small_int(id));
    wf_store_raw(&o->s[1], next);
    return o;
}
static Node *finalizable(WfThread *t, int64_t id, WfValue next)
{
    Node *o = named(t, id, next);
    CHECK(wf_gc_register_finalizable(t, &o->h) == WF_OK);
    return o;
}

static bool resurrect;
static void finalize(WfThread *t, WfObject *o)
{
    (void)t;
    say('f', wf_as_int(wf_load(&((Node *)o)->s[0])));
    if (resurrect) {
        other = wf_from_object(o);
    }
}
static void callback(WfThread *t, WfObject *r)
{
    (void)t;
    WfWeakHead *w = (WfWeakHead *)r;
    CHECK(w->x_target == 0);
    say('w', wf_as_int(wf_load(&WF_LOAD(Node, &w->callback)->s[0])));
}
static void release(WfObject *o) { say('r', wf_as_int(wf_load(&((Node *)o)->s[0]))); }

static WfWeakHead *weakref(WfThread *t, Node *target, int64_t id)
{
    Node *f = id != 0 ? named(t, id, WF_EMPTY) : NULL;
    WfWeakHead *r = wf_gc_alloc(t, WF_KIND_WEAKREF, sizeof(WfWeakHead));
    CHECK(r != NULL);
    r->x_target = (uintptr_t)target;
    wf_store_ptr_raw(&r->callback, f);
    CHECK(wf_gc_register_weakref(t, &r->h, &target->h, id != 0) == WF_OK);
    return r;
}

static WF_NOINLINE void run(WfThread *t, WfGcCause cause)
{
    collect_exact(t, cause);
    if ((wf_breaker(t) & WF_BREAK_FINALIZE) != 0) {
        wf_gc_run_finalizers(t);
    }
}

static WF_NOINLINE void test_finalizers(WfThread *t)
{
    root = wf_from_object(finalizable(t, 1, WF_EMPTY));
    CHECK((wf_breaker(t) & WF_BREAK_PROMPT) != 0);
    for (int i = 0; i < 3; i++) { /* it stays young however often it survives prompt collections */
        run(t, WF_GC_PROMPT);
        EXPECT("");
    }
    root = WF_EMPTY;
    run(t, WF_GC_PROMPT);
    EXPECT("f1 ");
    run(t, WF_GC_PROMPT);
    EXPECT("");
    CHECK((wf_breaker(t) & WF_BREAK_PROMPT) == 0);

    /* held by an old object */
    root = wf_from_object(named(t, 9, WF_EMPTY));
    run(t, WF_GC_FULL);
    wf_store_ptr(&WF_AS(Node, root)->s[1], finalizable(t, 2, WF_EMPTY));
    for (int i = 0; i < 5; i++) {
        run(t, WF_GC_PROMPT);
        EXPECT("");
    }
    wf_store(&WF_AS(Node, root)->s[1], WF_EMPTY);
    run(t, WF_GC_PROMPT);
    EXPECT("f2 ");

    /* outer before inner, whichever was made first */
    (void)finalizable(t, 3, wf_from_object(named(t, 0, wf_from_object(finalizable(t, 4, wf_from_object(finalizable(t, 5, WF_EMPTY)))))));
    run(t, WF_GC_PROMPT);
    EXPECT("f3 f4 f5 ");
    run(t, WF_GC_FULL);
    EXPECT("");

    /* a cycle */
    Node *a = finalizable(t, 6, WF_EMPTY);
    Node *b = finalizable(t, 7, wf_from_object(a));
    wf_store_ptr(&a->s[1], b);
    a = b = NULL;
    run(t, WF_GC_FULL);
    EXPECT("f6 f7 ");
    run(t, WF_GC_FULL);
    EXPECT("");

    /* resurrection: once, and it lives on */
    resurrect = true;
    root = wf_from_object(finalizable(t, 8, wf_from_object(named(t, 88, WF_EMPTY))));
    run(t, WF_GC_FULL);
    root = WF_EMPTY;
    run(t, WF_GC_PROMPT);
    EXPECT("f8 ");
    resurrect = false;
    for (int i = 0; i < 3; i++) {
        run(t, i == 1 ? WF_GC_FULL : WF_GC_YOUNG);
        CHECK(wf_as_int(wf_load(&WF_LOAD(Node, &WF_AS(Node, other)->s[1])->s[0])) == 88);
    }
    other = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("");

    /* it grows old in the end */
    root = wf_from_object(finalizable(t, 10, WF_EMPTY));
    for (int i = 0; i < 40; i++) {
        run(t, WF_GC_YOUNG);
    }
    CHECK((wf_breaker(t) & WF_BREAK_PROMPT) == 0);
    root = WF_EMPTY;
    run(t, WF_GC_YOUNG);
    EXPECT("");
    run(t, WF_GC_FULL);
    EXPECT("f10 ");
}

static bool count_refs(void *arg, WfObject *r)
{
    (void)r;
    ++*(int *)arg;
    return true;
}

static WF_NOINLINE void test_weakrefs(WfThread *t)
{
    Node *target = named(t, 1, WF_EMPTY);
    root = wf_from_object(target);
    other = wf_from_object(weakref(t, target, 11));
    Node *keep = named(t, 2, other);
    other = wf_from_object(keep);
    wf_store_ptr(&keep->s[2], weakref(t, target, 12));
    (void)weakref(t, target, 13); /* dies first: no callback */
    int n = 0;
    wf_gc_each_weakref(t, &target->h, count_refs, &n);
    CHECK(n == 3);
    run(t, WF_GC_PROMPT);
    EXPECT("");
    n = 0;
    wf_gc_each_weakref(t, &target->h, count_refs, &n);
    CHECK(n == 2);
    CHECK(WF_LOAD(WfWeakHead, &keep->s[1])->x_target == (uintptr_t)target);
    root = WF_EMPTY;
    run(t, WF_GC_PROMPT);
    EXPECT("w12 w11 "); /* the newest first */
    CHECK(WF_LOAD(WfWeakHead, &keep->s[1])->x_target == 0);

    /* with a finalizer: first that, then the callback */
    target = finalizable(t, 3, WF_EMPTY);
    other = wf_from_object(weakref(t, target, 14));
    run(t, WF_GC_PROMPT);
    EXPECT("f3 ");
    CHECK(WF_AS(WfWeakHead, other)->x_target != 0);
    CHECK((wf_breaker(t) & WF_BREAK_PROMPT) != 0);
    run(t, WF_GC_PROMPT);
    EXPECT("w14 ");

    /* many, old and young */
    enum { N = 5000 };
    WfSlots *refs = wf_gc_alloc_slots(t, N);
    other = wf_from_object(refs);
    WfSlots *targets = wf_gc_alloc_slots(t, N);
    root = wf_from_object(targets);
    for (int i = 0; i < N; i++) {
        Node *o = named(t, i, WF_EMPTY);
        wf_store_ptr(&targets->items[i], o);
        wf_store_ptr(&refs->items[i], weakref(t, o, 0));
        if (i % 1000 == 0) {
            run(t, WF_GC_YOUNG);
        }
    }
    run(t, WF_GC_FULL);
    for (int i = 0; i < N; i += 2) {
        wf_store(&targets->items[i], WF_EMPTY);
    }
    run(t, WF_GC_FULL);
    for (int i = 0; i < N; i++) {
        CHECK((WF_LOAD(WfWeakHead, &refs->items[i])->x_target != 0) == (i % 2 == 1));
    }
    root = other = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("");
}

static WF_NOINLINE void test_release(WfThread *t)
{
    Node *o = named(t, 1, WF_EMPTY);
    CHECK(wf_gc_register_release(t, &o->h) == WF_OK);
    root = wf_from_object(finalizable(t, 2, WF_EMPTY));
    CHECK(wf_gc_register_release(t, WF_AS(WfObject, root)) == WF_OK);
    run(t, WF_GC_PROMPT);
    EXPECT("r1 ");
    root = WF_EMPTY;
    run(t, WF_GC_PROMPT);
    EXPECT("f2 ");
    run(t, WF_GC_PROMPT);
    EXPECT("r2 ");
}

static WF_NOINLINE void test_walk(WfThread *t)
{
    Node *a = named(t, 1, WF_EMPTY);
    Node *b = named(t, 2, wf_from_object(a));
    wf_store_ptr(&b->s[2], a);
    root = wf_from_object(b);
    other = wf_from_object(a);
    CHECK(wf_gc_count_references(t, &a->h) == 3);
    CHECK(wf_gc_count_references(t, &b->h) == 1);
    other = WF_EMPTY;
    CHECK(wf_gc_count_references(t, &a->h) == 2);
}

static WF_NOINLINE void many(WfThread *t)
{
    /* a chain of finalizable objects, longer than any C stack would bear */
    Node *o = NULL;
    for (int i = 0; i < 200000; i++) {
        o = finalizable(t, i, wf_from_object(o));
    }
    (void)o;
}

static int n_finalized;
static void count_finalize(WfThread *t, WfObject *o)
{
    (void)t;
    (void)o;
    n_finalized++;
}

/* Uses up the free cells of the size class of n slots; nothing refers to what it makes. */
static WF_NOINLINE void use_cells(WfThread *t, size_t n, int count)
{
    for (int i = 0; i < count; i++) {
        Node *o = node_new(t, n);
        for (size_t k = 0; k < n; k++) {
            wf_store_raw(&o->s[k], wf_small_int(-1));
        }
    }
}

/* Cells of 6 slots, which lie behind others in their block, so that its sweep reaches them late. */
static WF_NOINLINE Node *late_cell(WfThread *t)
{
    use_cells(t, 6, 600);
    Node *o = node_new(t, 6);
    wf_store_raw(&o->s[0], wf_small_int(77));
    return o;
}

/* What waits for its finalizer survives a prompt collection also where the sweep of this epoch has not yet come. */
static WF_NOINLINE void test_unswept(WfThread *t)
{
    (void)finalizable(t, 1, wf_from_object(late_cell(t)));
    collect_exact(t, WF_GC_YOUNG); /* queued: kept, from the epoch before */
    WfObject *o = fake_runtime.gc->to_finalize.data[0];
    use_cells(t, 6, 1); /* its child's block is being swept */
    collect_exact(t, WF_GC_PROMPT);
    use_cells(t, 6, 5000);
    Node *child = WF_LOAD(Node, &((Node *)o)->s[1]);
    CHECK(child->h.kind == WF_KIND_WORDS && wf_as_int(wf_load(&child->s[0])) == 77);
    run(t, WF_GC_YOUNG);
    EXPECT("f1 ");
    run(t, WF_GC_FULL);

    /* likewise watched cells that have seen many collections */
    Node *old = late_cell(t);
    CHECK(wf_gc_register_finalizable(t, &old->h) == WF_OK);
    root = wf_from_object(old);
    for (int i = 0; i < 40; i++) {
        collect_exact(t, WF_GC_YOUNG);
        use_cells(t, 6, 1);
        collect_exact(t, WF_GC_PROMPT);
        use_cells(t, 6, 5000);
        CHECK(old->h.kind == WF_KIND_WORDS && wf_as_int(wf_load(&old->s[0])) == 77);
    }
    root = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("f77 ");
    run(t, WF_GC_FULL);
}

/* A prompt collection frees no memory, so a stale word may still lead to what it found dead: that has to be whole. */
static WF_NOINLINE void test_stale_word(WfThread *t)
{
    Node *watched = late_cell(t);
    root = wf_from_object(watched);
    (void)weakref(t, watched, 0);
    collect_exact(t, WF_GC_YOUNG);
    Node *fresh = named(t, 5, wf_from_object(watched));
    root = WF_EMPTY;
    use_cells(t, 6, 1);
    collect_exact(t, WF_GC_PROMPT);
    use_cells(t, 6, 5000);
    CHECK(watched->h.kind == WF_KIND_WORDS && wf_as_int(wf_load(&watched->s[0])) == 77);
    (void)wf_gc_collect(t, WF_GC_YOUNG); /* by the words on this stack */
    use_cells(t, 6, 5000);
    CHECK(WF_LOAD(Node, &fresh->s[1]) == watched && wf_as_int(wf_load(&watched->s[0])) == 77);
    run(t, WF_GC_FULL);
}

/* root -> finalizable -> target; other -> weakref of target; finalizable -> weakref of other. All old. */
static WF_NOINLINE void make_old(WfThread *t)
{
    Node *f = finalizable(t, 1, wf_from_object(named(t, 2, WF_EMPTY)));
    root = wf_from_object(f);
    Node *target = WF_LOAD(Node, &f->s[1]);
    other = wf_from_object(named(t, 3, WF_EMPTY));
    wf_store_ptr(&WF_AS(Node, other)->s[1], weakref(t, target, 0));
    wf_store_ptr(&f->s[2], weakref(t, WF_AS(Node, other), 0));
    CHECK(wf_gc_register_release(t, &target->h) == WF_OK);
    for (int i = 0; i < 40; i++) {
        run(t, WF_GC_YOUNG);
    }
}

/* What a full collection keeps for a finalizer is young again, and with it its weak references, those to it, and its release. */
static WF_NOINLINE void test_old_kept(WfThread *t)
{
    make_old(t);
    root = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("f1 ");
    CHECK(WF_LOAD(WfWeakHead, &WF_AS(Node, other)->s[1])->x_target != 0);
    run(t, WF_GC_YOUNG);
    CHECK(WF_LOAD(WfWeakHead, &WF_AS(Node, other)->s[1])->x_target == 0);
    int n = 0;
    wf_gc_each_weakref(t, WF_AS(WfObject, other), count_refs, &n);
    CHECK(n == 0);
    EXPECT("r2 ");
    other = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("");

    /* a young weak reference to something old that is kept */
    root = wf_from_object(named(t, 4, WF_EMPTY));
    run(t, WF_GC_FULL);
    (void)finalizable(t, 5, wf_from_object(weakref(t, WF_AS(Node, root), 0)));
    run(t, WF_GC_YOUNG);
    EXPECT("f5 ");
    run(t, WF_GC_YOUNG);
    n = 0;
    wf_gc_each_weakref(t, WF_AS(WfObject, root), count_refs, &n);
    CHECK(n == 0);
    root = WF_EMPTY;
    run(t, WF_GC_FULL);
}

static WfObject *interned;
static void after_mark(WfRuntime *rt)
{
    (void)rt;
    if (interned != NULL && !wf_gc_is_marked(interned)) {
        interned = NULL;
    }
}

/* Weak tables of strings are swept by full collections only: a string that they may keep then is not freed before the next. */
static WF_NOINLINE void test_kept_string(WfThread *t)
{
    interned = wf_gc_alloc(t, WF_KIND_STR, sizeof(Node) + 6 * sizeof(WfSlot));
    CHECK(interned != NULL);
    root = wf_from_object(finalizable(t, 1, wf_from_object(interned)));
    for (int i = 0; i < 40; i++) {
        run(t, WF_GC_YOUNG);
    }
    root = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("f1 ");
    for (int i = 0; i < 2; i++) {
        run(t, WF_GC_YOUNG);
        use_cells(t, 6, 5000);
        CHECK(interned == NULL || interned->kind == WF_KIND_STR);
    }
    run(t, WF_GC_FULL);
    CHECK(interned == NULL);
}

/* However many finalizable objects there are, a prompt collection forgets none. */
static WF_NOINLINE void test_crowd(WfThread *t)
{
    enum { N = 1200 };
    Node *list = NULL;
    for (int i = 0; i < N; i++) {
        list = finalizable(t, i, wf_from_object(list));
        root = wf_from_object(list);
    }
    list = NULL;
    n_finalized = 0;
    run(t, WF_GC_PROMPT);
    root = WF_EMPTY;
    run(t, WF_GC_YOUNG);
    CHECK(n_finalized == N);
    run(t, WF_GC_FULL);
}

int main(void)
{
    WfThread *t = fake_start();
    fake_runtime.finalize = finalize;
    fake_runtime.weakref_callback = callback;
    fake_runtime.release = release;
    wf_gc_add_root(&fake_runtime, &root);
    wf_gc_add_root(&fake_runtime, &other);
    test_finalizers(t);
    test_weakrefs(t);
    test_release(t);
    test_walk(t);
    test_unswept(t);
    test_stale_word(t);
    test_old_kept(t);
    fake_runtime.after_mark = after_mark;
    test_kept_string(t);
    root = other = WF_EMPTY;
    run(t, WF_GC_FULL);
    root = wf_from_object(finalizable(t, 1, wf_from_object(finalizable(t, 2, WF_EMPTY))));
    for (int i = 0; i < 40; i++) {
        run(t, WF_GC_YOUNG);
    }
    other = wf_from_object(finalizable(t, 3, WF_EMPTY));
    EXPECT("");
    wf_gc_finish(t);
    EXPECT("f3 f1 f2 "); /* the youngest first */
    root = other = WF_EMPTY;
    run(t, WF_GC_FULL);
    EXPECT("");
    fake_runtime.finalize = count_finalize;
    test_crowd(t);
    n_finalized = 0;
    many(t);
    run(t, WF_GC_FULL);
    run(t, WF_GC_FULL);
    CHECK(n_finalized == 200000);
    WfGcStats s;
    wf_gc_get_stats(&fake_runtime, &s);
    CHECK(s.live_cells == 0);
    return 0;
}
