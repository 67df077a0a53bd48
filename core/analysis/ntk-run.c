#include "core/analysis/ntk-run.h"

#include <string.h>

#include "core/analysis/lanczos-journal.h"
#include "core/analysis/memory.h"

/**
 * kappa_ntk_check_memory:
 * @bytes: (out): the predicted peak: the kernel, its two copies for resuming, one for eigenvalues,
 *   and what a group takes
 *
 * Returns: %FALSE with the number if it does not fit
 */
gboolean
kappa_ntk_check_memory (KappaNtkGram *gram, KappaContext *context, guint64 *bytes, GError **error)
{
  const guint64 order = kappa_ntk_gram_get_order (gram);

  /* State arrays carry coordinates and marks; the store has a copy on its way. */
  *bytes = order * order * sizeof (double) * 6
           + kappa_ntk_gram_get_memory (gram, kappa_workers_get_n (context->workers));
  return kappa_memory_check (context, *bytes, "ntk", error);
}

/* The sum after a group is written over that before the last; then the count tells that it is
 * whole. */
static void
save (KappaResult *result, guint n_done, const double *kernel, gsize bytes)
{
  const double count = n_done;

  kappa_state_set_bytes (result, n_done % 2 == 0 ? ".ntk/even" : ".ntk/odd", kernel, bytes);
  kappa_state_set_bytes (result, ".ntk/groups", &count, sizeof count);
}

static guint
load (KappaResult *result, double *kernel, gsize bytes)
{
  double count = 0.0;

  if (kappa_state_get_bytes (result, ".ntk/groups", &count, sizeof count)
      && kappa_state_get_bytes (result, (guint)count % 2 == 0 ? ".ntk/even" : ".ntk/odd", kernel,
                                bytes))
    return (guint)count;
  memset (kernel, 0, bytes);
  return 0;
}

/**
 * kappa_ntk_compute:
 * @kernel: (out caller-allocates) (array): order × order, row-major; on and below the diagonal
 *
 * Adds the groups one after the other, each written down in @result, from which a run that was cut
 * short goes on.
 */
gboolean
kappa_ntk_compute (KappaNtkGram *gram,
                   KappaResult *result,
                   KappaContext *context,
                   double *kernel,
                   GError **error)
{
  const gsize order = kappa_ntk_gram_get_order (gram), bytes = order * order * sizeof (double);
  const guint n_groups = kappa_ntk_gram_get_n_groups (gram);
  guint done = load (result, kernel, bytes);

  kappa_progress_start (context->progress, (double)(n_groups - done) * (double)order,
                        "Neural tangent kernel");
  for (; done < n_groups; done++)
    {
      if (!kappa_ntk_gram_add (gram, done, kernel, context, error))
        return FALSE;
      save (result, done + 1, kernel, bytes);
    }
  return TRUE;
}

/**
 * kappa_ntk_forget:
 *
 * Empties the arrays that a run resumes from: all that follows from them is there.
 */
void
kappa_ntk_forget (KappaResult *result)
{
  kappa_lanczos_journal_forget (result, ".ntk");
}
