#include "core/base/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/**
 * kappa_cpu_has_tiles:
 *
 * A processor can announce AMX while the kernel or the hypervisor keeps its registers from us: the first tile
 * instruction is then illegal. So four things must hold: CPUID, the state enabled in XCR0, a description of the tiles
 * in leaf 0x1D (where a hypervisor hides it, libraries configure no tiles and use them all the same), and the
 * kernel's leave.
 *
 * Returns: whether tile instructions may be used
 */
gboolean
kappa_cpu_has_tiles (void)
{
#if defined(__x86_64__) && defined(SYS_arch_prctl)
  const long request_permission = 0x1023, tile_data = 18;
  unsigned a, b, c, d;
  guint32 low, high;

  if (!__get_cpuid_count (7, 0, &a, &b, &c, &d) || !(d >> 24 & 1))
    return FALSE;
  if (!__get_cpuid (1, &a, &b, &c, &d) || !(c >> 27 & 1))
    return FALSE;
  __asm__ ("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low >> 17 & 3) != 3)
    return FALSE;
  if (!__get_cpuid_count (0x1d, 0, &a, &b, &c, &d) || a == 0)
    return FALSE;
  return syscall (SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return FALSE;
#endif
}

/**
 * kappa_cpu_flush_subnormals:
 *
 * Makes the calling thread treat float subnormals as zero: they mean nothing here and cost a hundred times an
 * ordinary operation.
 */
void
kappa_cpu_flush_subnormals (void)
{
#if defined(__x86_64__)
  _mm_setcsr (_mm_getcsr () | 0x8040);
#endif
}

/**
 * kappa_cpu_isa:
 *
 * Returns: the instruction set kernels are chosen for, a part of every recipe: results have equal bits on one only
 */
const char *
kappa_cpu_isa (void)
{
#if defined(__x86_64__)
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq"))
    return "x86-64-avx512";
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return "x86-64-avx2";
  return "x86-64";
#else
  return "generic";
#endif
}
