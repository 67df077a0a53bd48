#include "core/analysis/landscape-run-private.h"

/* Points that are computed twice, to know how far off the quicker of two ways is. */

#define MAX_CHECKED 9

/**
 * kappa_landscape_count_checked:
 *
 * Returns: at how many points bfloat16 is compared with float32: the checkpoint, and the coarsest
 *   of the grid
 */
gsize
kappa_landscape_count_checked (const KappaLandscapeRun *run)
{
  return MIN (MAX_CHECKED, kappa_landscape_plan_get_size (run->plan));
}

/**
 * kappa_landscape_check_precision:
 *
 * Computes the loss in float32: at the checkpoint first, then at the first points of the grid.
 */
gboolean
kappa_landscape_check_precision (KappaLandscapeRun *run, GError **error)
{
  for (gsize i = 0; run->reference != NULL && i < kappa_landscape_count_checked (run); i++)
    {
      double alpha = 0.0, beta = 0.0, loss, accuracy;

      if (kappa_result_is_present (run->result, "float32_loss", i))
        continue;
      if (i > 0)
        kappa_landscape_plan_locate (run->plan, run->order[i], &alpha, &beta);
      if (!kappa_landscape_move_to (run, 0, alpha, beta, error)
          || !(i == 0
                   ? kappa_landscape_evaluate (run, run->reference, run->parameters, NULL, &loss,
                                               &accuracy, error)
                   : kappa_landscape_evaluate_there (run, run->reference, &loss, &accuracy, error)))
        return FALSE;
      kappa_result_set_values (run->result, "float32_loss", i, 1, &loss);
    }
  return TRUE;
}
