#pragma once

/*
 * KAPPA_CLONES compiles a function for several instruction sets and chooses at load time. The loops inside must come
 * out the same whatever the width of the vectors: no contraction, no reassociation.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) \
    && !defined(__SANITIZE_THREAD__)
#define KAPPA_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KAPPA_CLONES
#endif
