/* atomics.h - atomic access to plain fields, with the memory order in the name.
 * SPDX-License-Identifier: MIT
 *
 * Fields stay plain types (a thread checker can then judge the rest of the code) and are named x_...;
 * every concurrent access goes through these. Each release names the acquire it pairs with. */
#ifndef WF_PLATFORM_ATOMICS_H
#define WF_PLATFORM_ATOMICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WF_ATOMIC_DEFINE(S, T)                                                           \
    static inline T wf_atomic_load_relaxed_##S(const T *p)                               \
    {                                                                                    \
        return __atomic_load_n(p, __ATOMIC_RELAXED);                                     \
    }                                                                                    \
    static inline T wf_atomic_load_acquire_##S(const T *p)                               \
    {                                                                                    \
        return __atomic_load_n(p, __ATOMIC_ACQUIRE);                                     \
    }                                                                                    \
    static inline T wf_atomic_load_seq_##S(const T *p)                                   \
    {                                                                                    \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                     \
    }                                                                                    \
    static inline void wf_atomic_store_relaxed_##S(T *p, T v)                            \
    {                                                                                    \
        __atomic_store_n(p, v, __ATOMIC_RELAXED);                                        \
    }                                                                                    \
    static inline void wf_atomic_store_release_##S(T *p, T v)                            \
    {                                                                                    \
        __atomic_store_n(p, v, __ATOMIC_RELEASE);                                        \
    }                                                                                    \
    static inline void wf_atomic_store_seq_##S(T *p, T v)                                \
    {                                                                                    \
        __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                        \
    }                                                                                    \
    static inline T wf_atomic_exchange_acq_rel_##S(T *p, T v)                            \
    {                                                                                    \
        return __atomic_exchange_n(p, v, __ATOMIC_ACQ_REL);                              \
    }                                                                                    \
    /* On failure *expected holds what was found. */                                     \
    static inline bool wf_atomic_cas_acq_rel_##S(T *p, T *expected, T v)                 \
    {                                                                                    \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_ACQ_REL,      \
                                           __ATOMIC_ACQUIRE);                            \
    }                                                                                    \
    static inline bool wf_atomic_cas_acquire_##S(T *p, T *expected, T v)                 \
    {                                                                                    \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_ACQUIRE,      \
                                           __ATOMIC_RELAXED);                            \
    }                                                                                    \
    static inline bool wf_atomic_cas_release_##S(T *p, T *expected, T v)                 \
    {                                                                                    \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_RELEASE,      \
                                           __ATOMIC_RELAXED);                            \
    }                                                                                    \
    static inline bool wf_atomic_cas_relaxed_##S(T *p, T *expected, T v)                 \
    {                                                                                    \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_RELAXED,      \
                                           __ATOMIC_RELAXED);                            \
    }                                                                                    \
    static inline bool wf_atomic_cas_seq_##S(T *p, T *expected, T v)                     \
    {                                                                                    \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_SEQ_CST,      \
                                           __ATOMIC_SEQ_CST);                            \
    }

/* The fetch functions return the value from before. */
#define WF_ATOMIC_DEFINE_ARITHMETIC(S, T)                                                \
    static inline T wf_atomic_fetch_add_relaxed_##S(T *p, T v)                           \
    {                                                                                    \
        return __atomic_fetch_add(p, v, __ATOMIC_RELAXED);                               \
    }                                                                                    \
    static inline T wf_atomic_fetch_add_acq_rel_##S(T *p, T v)                           \
    {                                                                                    \
        return __atomic_fetch_add(p, v, __ATOMIC_ACQ_REL);                               \
    }                                                                                    \
    static inline T wf_atomic_fetch_sub_relaxed_##S(T *p, T v)                           \
    {                                                                                    \
        return __atomic_fetch_sub(p, v, __ATOMIC_RELAXED);                               \
    }                                                                                    \
    static inline T wf_atomic_fetch_sub_acq_rel_##S(T *p, T v)                           \
    {                                                                                    \
        return __atomic_fetch_sub(p, v, __ATOMIC_ACQ_REL);                               \
    }                                                                                    \
    static inline T wf_atomic_fetch_or_relaxed_##S(T *p, T v)                            \
    {                                                                                    \
        return __atomic_fetch_or(p, v, __ATOMIC_RELAXED);                                \
    }                                                                                    \
    static inline T wf_atomic_fetch_or_acq_rel_##S(T *p, T v)                            \
    {                                                                                    \
        return __atomic_fetch_or(p, v, __ATOMIC_ACQ_REL);                                \
    }                                                                                    \
    static inline T wf_atomic_fetch_and_relaxed_##S(T *p, T v)                           \
    {                                                                                    \
        return __atomic_fetch_and(p, v, __ATOMIC_RELAXED);                               \
    }                                                                                    \
    static inline T wf_atomic_fetch_and_acq_rel_##S(T *p, T v)                           \
    {                                                                                    \
        return __atomic_fetch_and(p, v, __ATOMIC_ACQ_REL);                               \
    }

WF_ATOMIC_DEFINE(u8, uint8_t)
WF_ATOMIC_DEFINE(u16, uint16_t)
WF_ATOMIC_DEFINE(u32, uint32_t)
WF_ATOMIC_DEFINE(i32, int32_t)
WF_ATOMIC_DEFINE(u64, uint64_t)
WF_ATOMIC_DEFINE(i64, int64_t)
WF_ATOMIC_DEFINE(size, size_t)
WF_ATOMIC_DEFINE(uptr, uintptr_t)
WF_ATOMIC_DEFINE_ARITHMETIC(u8, uint8_t)
WF_ATOMIC_DEFINE_ARITHMETIC(u16, uint16_t)
WF_ATOMIC_DEFINE_ARITHMETIC(u32, uint32_t)
WF_ATOMIC_DEFINE_ARITHMETIC(i32, int32_t)
WF_ATOMIC_DEFINE_ARITHMETIC(u64, uint64_t)
WF_ATOMIC_DEFINE_ARITHMETIC(i64, int64_t)
WF_ATOMIC_DEFINE_ARITHMETIC(size, size_t)
WF_ATOMIC_DEFINE_ARITHMETIC(uptr, uintptr_t)

/* Pointers of any type: macros, so that the type stays. `p` is the address of the field. */
#define wf_atomic_load_relaxed_ptr(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define wf_atomic_load_acquire_ptr(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define wf_atomic_store_relaxed_ptr(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define wf_atomic_store_release_ptr(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define wf_atomic_exchange_acq_rel_ptr(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
#define wf_atomic_cas_acq_rel_ptr(p, expected, v)                                        \
    __atomic_compare_exchange_n((p), (expected), (v), false, __ATOMIC_ACQ_REL,           \
                                __ATOMIC_ACQUIRE)

static inline void wf_atomic_fence_acquire(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static inline void wf_atomic_fence_release(void)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void wf_atomic_fence_seq(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Orders the compiler only: for the cheap side of an asymmetric fence (see membarrier.h). */
static inline void wf_atomic_fence_compiler(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* For the body of a spin loop. */
static inline void wf_cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

#endif
