#pragma once

#include "core/analysis/scaling-measure.h"

/* Of the analysis "scaling": what is computed for each point, and what becomes of it. */

/* Arrays over the points, from which a run goes on. */
#define KAPPA_SCALING_MEMORY  ".memory"      /* bytes */
#define KAPPA_SCALING_CORRECT ".correct"     /* images whose first class is right */
#define KAPPA_SCALING_LOSS    ".mean_loss"   /* nat */
#define KAPPA_SCALING_RUNS    "latency_runs" /* points × passes, seconds; NaN where a point does not fit into memory */

/**
 * KappaScalingRun:
 * @n_images: labelled images, 0 without data
 * @images: (nullable): which, for definitions
 * @published: (element-type KappaVariantCounts) (nullable): of the published points, made by the first who asks
 */
typedef struct
{
  const KappaScalingPlan *plan;
  KappaInputs *given;
  KappaContext *context;
  KappaResult *result;
  gint64 n_images;
  char *images;
  GArray *published;
} KappaScalingRun;

/**
 * KappaScalingNumber:
 *
 * The number columns of the table "points".
 */
typedef enum
{
  KAPPA_SCALING_DEPTH,
  KAPPA_SCALING_WIDTH,
  KAPPA_SCALING_RESOLUTION,
  KAPPA_SCALING_BITS,
  KAPPA_SCALING_PARAMETERS,
  KAPPA_SCALING_MACS,
  KAPPA_SCALING_ACTIVATIONS,
  KAPPA_SCALING_MEMORY_BYTES,
  KAPPA_SCALING_LATENCY,
  KAPPA_SCALING_LATENCY_LOW,
  KAPPA_SCALING_LATENCY_HIGH,
  KAPPA_SCALING_V100,
  KAPPA_SCALING_TPU,
  KAPPA_SCALING_TOP1,
  KAPPA_SCALING_TOP1_LOW,
  KAPPA_SCALING_TOP1_HIGH,
  KAPPA_SCALING_MEAN_LOSS,
  KAPPA_SCALING_N_NUMBERS,
} KappaScalingNumber;

/**
 * KappaScalingRow:
 * @name: of the network
 * @kind: "checkpoint", "shapes" or "published"
 * @series: what it is compared within
 * @training: whose weights, or the file
 * @source: of published numbers
 * @network: (nullable): of points that are made here
 * @rule: whether it is one of the configurations of the ResNet-RS scaling rule
 * @numbers: NaN where there is none
 */
typedef struct
{
  char *name;
  const char *kind;
  char *series;
  char *training;
  char *source;
  KappaVariant *network;
  gboolean rule;
  double numbers[KAPPA_SCALING_N_NUMBERS];
} KappaScalingRow;

void      kappa_scaling_run_clear     (KappaScalingRun *run);
gboolean  kappa_scaling_compute       (KappaScalingRun *run, GError **error);
gboolean  kappa_scaling_evaluate      (KappaScalingRun *run, const KappaScalingPoint *point, double *correct, double *loss,
                                       GError **error);
gboolean  kappa_scaling_is_measured   (KappaResult *result, const KappaScalingPlan *plan, guint point);

/* scaling-rows.c */
GPtrArray *kappa_scaling_make_rows    (KappaScalingRun *run);
const char *kappa_scaling_get_column  (KappaScalingNumber number, const char **unit);
double    kappa_scaling_get_latency   (KappaScalingRun *run, guint point, double *low, double *high, double *level);

/* scaling-summary.c, scaling-lines.c */
void      kappa_scaling_tell_points   (KappaScalingRun *run, GPtrArray *rows);
void      kappa_scaling_summarise     (KappaScalingRun *run);
void      kappa_scaling_tell_lines    (KappaScalingRun *run, GPtrArray *rows);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaScalingRun, kappa_scaling_run_clear)
