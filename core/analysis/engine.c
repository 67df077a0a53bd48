#include "core/analysis/engine.h"

/**
 * kappa_engine_get_isa:
 *
 * Returns: the instruction set that the kernels choose here: results have the same bits only under
 * the same
 */
const char *
kappa_engine_get_isa (void)
{
#ifdef __x86_64__
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
      && __builtin_cpu_supports ("avx512vl"))
    return __builtin_cpu_supports ("avx512bf16") ? "avx512-bf16" : "avx512";
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return "avx2";
  return "x86-64";
#else
  return "portable";
#endif
}
