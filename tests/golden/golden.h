#pragma once

#include "core/analysis/lanczos.h"
#include "core/formats/json.h"
#include "tests/golden/golden-net.h"

/**
 * GoldenFile:
 * @refusal: (nullable): why nothing in it can be checked
 * @order: what its quantities need
 * @table: (nullable): names and shapes of a network whose weights follow a formula
 * @match: (nullable): likewise, what is where
 * @vector: the direction of the second-order values
 * @run: (nullable): what was computed last, in the precision @run_real: large networks have room for one
 * @spreads: (nullable): see golden_find_spread()
 * @spectra: what float32 and float64 gave, once they were needed
 *
 * One file of reference values, and the network it is about.
 */
typedef struct
{
  char *name;
  KappaJson *json;
  char *refusal;
  GoldenOrder order;
  KappaTensorTable *table;
  KappaMatch *match;
  GoldenNet net;
  float *input;
  gint32 *labels;
  GObject *images;
  double *vector;
  GoldenRun *run;
  KappaDtype run_real;
  GHashTable *spreads;
  KappaLanczos *spectra[2];
} GoldenFile;

/**
 * GoldenCheck:
 * @key: the quantity's key in the file
 * @skip: (nullable): instead of @check, why it is not checked
 * @order: what it needs of a run
 * @nested: whether its members are quantities themselves
 * @jumps: whether the quantity jumps where an activation crosses a kink
 */
typedef struct
{
  const char *key;
  void (*check) (GoldenFile *file, KappaDtype real, guint32 value);
  const char *skip;
  gboolean jumps;
  GoldenOrder order;
  gboolean nested;
} GoldenCheck;

typedef struct
{
  char what[128];
  double found;
  double expected;
  double allowed;
} GoldenComparison;

gboolean         golden_formula_fits (const GoldenFile *file);
gboolean         golden_formula_open (GoldenFile *file, GError **error);
void             golden_formula_load (GoldenFile *file);
void             golden_formula_unload (GoldenFile *file);
gboolean         golden_cifar_fits   (const GoldenFile *file);
gboolean         golden_cifar_open   (GoldenFile *file, GError **error);

const GoldenRun *golden_file_run     (GoldenFile *file, KappaDtype real);
void             golden_file_set_run (GoldenFile *file, KappaDtype real, GoldenRun *run);
const GoldenCheck *golden_find_check (const GoldenFile *file, const char *key);
double           golden_number       (const GoldenFile *file, guint32 value);
double          *golden_numbers      (const GoldenFile *file, guint32 value, gsize *n);
char            *golden_text         (const GoldenFile *file, const char *key, const char *fallback);
void             golden_compare      (const char *what, double found, double expected, double allowed);
void             golden_first_order  (const char *what, KappaDtype real, double found, double expected);
void             golden_check_loss   (GoldenFile *file, KappaDtype real, guint32 value);
void             golden_check_grad_norm (GoldenFile *file, KappaDtype real, guint32 value);
void             golden_check_eigenvalues (GoldenFile *file, KappaDtype real, guint32 value);
void             golden_check_smallest (GoldenFile *file, KappaDtype real, guint32 value);
void             golden_check_ritz (GoldenFile *file, KappaDtype real, guint32 value);
void             golden_second_order (const char *what, KappaDtype real, double found, double expected);

GArray          *golden_record       (GoldenFile *file, KappaDtype real, const GoldenCheck *check, guint32 value);
gboolean         golden_take_down    (const GoldenComparison *comparison);
const double    *golden_find_spread  (GoldenFile *file, const GoldenCheck *check, gsize n);

extern const GoldenCheck golden_formula_checks[];
extern const guint golden_n_formula_checks;
extern const GoldenCheck golden_cifar_checks[];
extern const guint golden_n_cifar_checks;
