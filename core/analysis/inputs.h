#pragma once

#include "core/analysis/context.h"
#include "core/data/batch.h"
#include "core/models/model.h"

/**
 * KappaInputKind:
 *
 * What an analysis can be given. A model is opened with kappa_model_open(), a dataset with kappa_dataset_open();
 * tables, embeddings and files are named to the analysis, which reads them itself.
 */
typedef enum
{
  KAPPA_INPUT_MODEL,
  KAPPA_INPUT_DATASET,
  KAPPA_INPUT_TABLE,
  KAPPA_INPUT_EMBEDDING,
  KAPPA_INPUT_FILE,
} KappaInputKind;

/**
 * KappaInputSpec:
 * @name: "model", "data", "train-data", "directions"
 * @min, @max: how many there must and may be; @max is 0 for no limit
 * @positional: given on the command line without an option; others are "--name VALUE"
 * @blurb: one sentence, without a full stop
 */
typedef struct
{
  const char *name;
  KappaInputKind kind;
  guint min, max;
  gboolean positional;
  const char *blurb;
} KappaInputSpec;

/**
 * KappaInputOption:
 * @name: "images", "preset"; on the command line "--images" for the input called "data" or "model", and
 *   "--train-images" for the one called "train-data"
 * @metavar: what its value looks like, e.g. "A:B"
 *
 * What is told about one input beside its source.
 */
typedef struct
{
  const char *name;
  const char *metavar;
  const char *blurb;
} KappaInputOption;

const KappaInputOption *kappa_input_list_options (KappaInputKind kind, guint *n);
char                   *kappa_input_option_spelling (const KappaInputSpec *spec, const KappaInputOption *option);

/**
 * KappaInputs:
 *
 * The inputs of one run, by the names of the analysis' specs: first as texts, from the command line, a recipe or
 * the window; then opened, hashed and ready to use. Not to be changed while a run uses it.
 */
#define KAPPA_TYPE_INPUTS (kappa_inputs_get_type ())
G_DECLARE_FINAL_TYPE (KappaInputs, kappa_inputs, KAPPA, INPUTS, GObject)

KappaInputs      *kappa_inputs_new           (void);
void              kappa_inputs_add           (KappaInputs *self, const char *name, KappaInputKind kind, const char *source);
void              kappa_inputs_add_model     (KappaInputs *self, const char *name, KappaModel *model);
void              kappa_inputs_share         (KappaInputs *self, KappaInputs *from, const char *name, guint index,
                                              const char *as);
gboolean          kappa_inputs_set_option    (KappaInputs *self, const char *name, guint index, const char *option,
                                              const char *value, GError **error);
guint             kappa_inputs_get_n         (KappaInputs *self, const char *name);
const char       *kappa_inputs_get_source    (KappaInputs *self, const char *name, guint index);
const char       *kappa_inputs_get_option    (KappaInputs *self, const char *name, guint index, const char *option);
void              kappa_inputs_expect_hash   (KappaInputs *self, const char *name, guint index, const char *sha256);
char             *kappa_inputs_dup_location  (KappaInputs *self, const char *name, guint index);
gboolean          kappa_inputs_check         (KappaInputs *self, const KappaInputSpec *specs, guint n_specs, GError **error);
gboolean          kappa_inputs_open          (KappaInputs *self, GCancellable *cancellable, GError **error);
const char       *kappa_inputs_get_hash      (KappaInputs *self, const char *name, guint index);
KappaModel       *kappa_inputs_get_model     (KappaInputs *self, const char *name, guint index);
KappaDataset     *kappa_inputs_get_dataset   (KappaInputs *self, const char *name, guint index);
KappaSelection   *kappa_inputs_get_selection (KappaInputs *self, const char *name, guint index);
KappaBatchSource *kappa_inputs_make_batches  (KappaInputs *self, const char *data, const char *model,
                                              gboolean need_labels, KappaContext *context, GError **error);
KappaBatchSource *kappa_inputs_sample_batches (KappaInputs *self, const char *data, const char *model,
                                              gboolean need_labels, guint n, KappaContext *context, GError **error);
KappaBatchSource *kappa_inputs_make_views    (KappaInputs *self, const char *data, const char *model, guint index, guint n,
                                              const KappaBatchOptions *options, KappaContext *context, GError **error);
