#pragma once

#include "core/analysis/curvature.h"
#include "core/analysis/lanczos-journal.h"
#include "core/analysis/parts.h"

/**
 * KappaLockstepTask:
 * @part: the parameters its vectors live on
 * @lanczos: not started
 * @journal: where it is written down
 * @starts: (nullable): n_starts vectors of as many numbers as the part, used as room to work in
 */
typedef struct
{
  const KappaPart *part;
  KappaLanczos *lanczos;
  KappaLanczosJournal journal;
  double **starts;
  guint n_starts;
} KappaLockstepTask;

/**
 * KappaLockstep:
 * @stepped: (nullable): called after each round of products
 *
 * Several Lanczos runs on parts of one matrix, whose vectors pass together.
 */
typedef struct
{
  KappaModel *model;
  KappaCurvature *curvature;
  KappaCurvatureKind kind;
  KappaContext *context;
  void (*stepped) (gpointer data);
  gpointer data;
} KappaLockstep;

guint    kappa_lockstep_get_width (gsize n_parameters);
gboolean kappa_lockstep_run      (const KappaLockstep *self, KappaLockstepTask *tasks, guint n_tasks, GError **error);
gboolean kappa_lockstep_multiply (const KappaLockstep *self, guint n_vectors, double *const *vectors, GError **error);
