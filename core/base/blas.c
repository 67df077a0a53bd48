#include "core/base/blas.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpu.h"

/*
 * OpenBLAS takes its kernels by the model number of the processor when it is loaded, and for a
 * model younger than itself those of 2004, at a quarter of the speed or less. These two are in
 * every build that chooses at all, though in no header; they do again what loading did, and listen
 * to the variable its manual names.
 */
extern void gotoblas_dynamic_quit (void) __attribute__ ((weak));
extern void gotoblas_dynamic_init (void) __attribute__ ((weak));

static const char variable[] = "OPENBLAS_CORETYPE";

static const char *
core_for_isa (void)
{
  if (strcmp (kappa_cpu_isa (), "x86-64-avx512") == 0)
    return "SkylakeX";
  return strcmp (kappa_cpu_isa (), "x86-64-avx2") == 0 ? "Haswell" : NULL;
}

/* Before main, while there is one thread and no product. By the instruction set alone, so that it
 * decides about bits as for our own kernels; a user's own choice stands.
 */
__attribute__ ((constructor)) static void
choose_kernels (void)
{
  const char *core = core_for_isa ();

  if (core == NULL || getenv (variable) != NULL || gotoblas_dynamic_quit == NULL
      || gotoblas_dynamic_init == NULL)
    return;
  setenv (variable, core, TRUE);
  gotoblas_dynamic_quit ();
  gotoblas_dynamic_init ();
  unsetenv (variable);
}

/**
 * kappa_blas_use_one_thread:
 *
 * Makes every product run in the thread that asks for it: threads belong to the workers.
 */
void
kappa_blas_use_one_thread (void)
{
  openblas_set_num_threads (1);
}

/**
 * kappa_blas_kernels:
 *
 * Returns: OpenBLAS's name of the kernels in use
 */
const char *
kappa_blas_kernels (void)
{
  return openblas_get_corename ();
}
