#include "core/analysis/job.h"

#include "core/analysis/engine.h"
#include "core/analysis/memory.h"

struct _KappaJob
{
  GObject parent_instance;

  KappaAnalysis *analysis;
  KappaInputs *inputs;
  KappaWorkspace *workspace; /* NULL: nothing is kept */
  gboolean fresh;

  char *recipe;
  char *key;
  char *title;
  KappaJobOrigin origin;
  KappaResult *result;
  guint64 bytes; /* predicted peak; 0 while nobody asked */

  GMutex mutex; /* of what follows */
  gint64 run_id;
  KappaRun *run; /* while it is computed */
  GError *store_error;
};

G_DEFINE_FINAL_TYPE (KappaJob, kappa_job, G_TYPE_OBJECT)

static void
kappa_job_finalize (GObject *object)
{
  KappaJob *self = KAPPA_JOB (object);

  g_clear_object (&self->analysis);
  g_clear_object (&self->inputs);
  g_clear_object (&self->workspace);
  g_clear_object (&self->result);
  g_clear_object (&self->run);
  g_clear_error (&self->store_error);
  g_free (self->recipe);
  g_free (self->key);
  g_free (self->title);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (kappa_job_parent_class)->finalize (object);
}

static void
kappa_job_class_init (KappaJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_job_finalize;
}

static void
kappa_job_init (KappaJob *self)
{
  g_mutex_init (&self->mutex);
}

/**
 * kappa_job_new:
 * @workspace: (nullable): %NULL to keep nothing
 */
KappaJob *
kappa_job_new (KappaAnalysis *analysis, KappaInputs *inputs, KappaWorkspace *workspace)
{
  KappaJob *self = g_object_new (KAPPA_TYPE_JOB, NULL);

  self->analysis = g_object_ref (analysis);
  self->inputs = g_object_ref (inputs);
  g_set_object (&self->workspace, workspace);
  return self;
}

/**
 * kappa_job_set_fresh:
 * @fresh: whether to compute all, though the workspace knows the answer or a part of it; of an
 *   analysis made of others, those as well
 */
void
kappa_job_set_fresh (KappaJob *self, gboolean fresh)
{
  self->fresh = fresh;
}

/* "Loss landscape: resnet20.th, images 0–999 of 10,000 (held-out), CIFAR-10 test_batch.bin" */
static char *
make_title (KappaJob *self)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (self->analysis);
  GString *title = g_string_new (klass->title);
  const char *separator = ": ";

  for (guint s = 0; s < klass->n_inputs; s++)
    for (guint i = 0; i < kappa_inputs_get_n (self->inputs, klass->inputs[s].name); i++)
      {
        const char *name = klass->inputs[s].name;
        g_autofree char *base
            = g_path_get_basename (kappa_inputs_get_source (self->inputs, name, i));

        g_string_append_printf (title, "%s%s", separator,
                                klass->inputs[s].kind == KAPPA_INPUT_DATASET
                                    ? kappa_selection_get_description (
                                        kappa_inputs_get_selection (self->inputs, name, i))
                                    : base);
        separator = ", ";
      }
  return g_string_free (title, FALSE);
}

/* The computation does not depend on the workspace: what goes wrong there is remembered and told.
 */
static void
note_store_error (KappaJob *self, GError *error)
{
  g_mutex_lock (&self->mutex);
  if (self->store_error == NULL)
    self->store_error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->mutex);
}

/* Whether @info is of use: then its result is taken. */
static gboolean
adopt (KappaJob *self, const KappaRunInfo *info, KappaJobOrigin origin, GError **error)
{
  g_autoptr (KappaResult) result
      = info != NULL ? kappa_workspace_load_result (self->workspace, info->id, error) : NULL;

  if (result == NULL)
    return FALSE;
  g_set_object (&self->result, result);
  self->origin = origin;
  self->run_id = info->id;
  return TRUE;
}

static void
look_up (KappaJob *self)
{
  g_autoptr (KappaRunInfo) info = NULL;
  GError *error = NULL;

  info = kappa_workspace_find_run (self->workspace, self->key, &error);
  if (error == NULL && adopt (self, info, KAPPA_JOB_STORED, &error))
    return;
  g_clear_pointer (&info, kappa_run_info_free);
  if (error == NULL)
    info = kappa_workspace_find_unfinished (self->workspace, self->key, &error);
  if (error == NULL)
    adopt (self, info, KAPPA_JOB_RESUMED, &error);
  if (error != NULL)
    note_store_error (self, error);
}

/* The seed is that of the images where the analysis has no other use for it and nothing else was
 * told. */
static gboolean
hand_on_seed (KappaJob *self, GError **error)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (self->analysis);
  g_autofree char *seed
      = klass->seed_draws_images ? kappa_analysis_dup_text (self->analysis, "seed") : NULL;

  for (guint s = 0; seed != NULL && s < klass->n_inputs; s++)
    for (guint i = 0; i < kappa_inputs_get_n (self->inputs, klass->inputs[s].name); i++)
      {
        const char *name = klass->inputs[s].name;

        if (klass->inputs[s].kind == KAPPA_INPUT_DATASET
            && kappa_inputs_get_option (self->inputs, name, i, "sample-seed") == NULL
            && !kappa_inputs_set_option (self->inputs, name, i, "sample-seed", seed, error))
          return FALSE;
      }
  return TRUE;
}

/**
 * kappa_job_prepare:
 *
 * Checks the parameters, opens and hashes the inputs, makes the recipe, and looks whether the
 * workspace knows the answer.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_job_prepare (KappaJob *self, KappaContext *context, GError **error)
{
  if (!kappa_analysis_check (self->analysis, self->inputs, error) || !hand_on_seed (self, error)
      || !kappa_inputs_open (self->inputs, context->cancellable, error))
    return FALSE;
  self->recipe = kappa_recipe_to_json (self->analysis, self->inputs);
  self->key = kappa_recipe_key (self->analysis, self->inputs);
  self->title = make_title (self);
  if (self->workspace != NULL && !self->fresh)
    look_up (self);
  if (self->result == NULL)
    self->result = kappa_result_new ();
  return TRUE;
}

/**
 * kappa_job_estimate:
 * @estimate: (out): all zero if there is nothing to compute
 */
gboolean
kappa_job_estimate (KappaJob *self, KappaContext *context, KappaEstimate *estimate, GError **error)
{
  *estimate = (KappaEstimate) { .unit = "" };
  if (self->origin == KAPPA_JOB_STORED)
    return TRUE;
  if (!kappa_analysis_estimate (self->analysis, self->inputs, context, estimate, error))
    return FALSE;
  self->bytes = estimate->bytes;
  return TRUE;
}

/* Files the run used, so that lists can show them. */
static void
note_files (KappaJob *self)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (self->analysis);

  for (guint s = 0; s < klass->n_inputs; s++)
    for (guint i = 0; i < kappa_inputs_get_n (self->inputs, klass->inputs[s].name); i++)
      {
        const char *name = klass->inputs[s].name;
        g_autofree char *place = kappa_inputs_dup_location (self->inputs, name, i);
        g_autofree char *label = g_path_get_basename (place);
        GError *error = NULL;
        gint64 file = kappa_workspace_note_file (
            self->workspace,
            klass->inputs[s].kind == KAPPA_INPUT_MODEL ? KAPPA_SEEN_MODEL : KAPPA_SEEN_DATA, place,
            kappa_inputs_get_hash (self->inputs, name, i), label, &error);

        if (file == 0
            || !kappa_workspace_add_run_file (self->workspace, self->run_id, file, &error))
          note_store_error (self, error);
      }
}

/* Takes the interrupted run, or makes a new one; without either, the result stays in memory. */
static void
claim (KappaJob *self, KappaContext *context)
{
  KappaRun *run = NULL;
  GError *error = NULL;
  gint64 id = self->origin == KAPPA_JOB_RESUMED ? self->run_id : 0;

  if (id != 0)
    run = kappa_run_claim (self->workspace, id, NULL);
  if (run == NULL)
    {
      id = kappa_workspace_create_run (self->workspace,
                                       KAPPA_ANALYSIS_GET_CLASS (self->analysis)->name, self->title,
                                       self->recipe, self->key, kappa_engine_get_isa (),
                                       kappa_workers_get_n (context->workers), &error);
      run = id != 0 ? kappa_run_claim (self->workspace, id, &error) : NULL;
    }
  if (run != NULL && kappa_run_attach (run, self->result, &error))
    {
      g_mutex_lock (&self->mutex);
      self->run = run;
      self->run_id = id;
      g_mutex_unlock (&self->mutex);
      note_files (self);
      return;
    }
  g_clear_object (&run);
  note_store_error (self, error);
}

static KappaRunState
final_state (gboolean done, const GError *failure)
{
  if (done)
    return KAPPA_RUN_DONE;
  return g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? KAPPA_RUN_CANCELLED
                                                                     : KAPPA_RUN_FAILED;
}

static void
finish (KappaJob *self, gboolean done, const GError *failure)
{
  g_autoptr (KappaRun) run = NULL;
  GError *error = NULL;

  g_mutex_lock (&self->mutex);
  run = g_steal_pointer (&self->run);
  g_mutex_unlock (&self->mutex);
  if (run != NULL
      && !kappa_run_finish (run, final_state (done, failure),
                            failure != NULL ? failure->message : NULL, &error))
    note_store_error (self, error);
}

/* Files that the analysis writes beside its result. */
static gboolean
has_outputs (KappaAnalysis *analysis)
{
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    if ((properties[i]->flags & KAPPA_PROPERTY_OUTPUT)
        && !kappa_analysis_is_default (analysis, properties[i]->name))
      return TRUE;
  return FALSE;
}

/**
 * kappa_job_run:
 *
 * Computes what is missing and stores it as it comes. After an estimate, a run that would not fit
 * into memory is refused before there is anything to store.
 *
 * Returns: %FALSE with the error of the computation, or %G_IO_ERROR_CANCELLED; what was found until
 * then is kept. What goes wrong with the workspace is no error here: see
 * kappa_job_dup_store_error()
 */
gboolean
kappa_job_run (KappaJob *self, KappaContext *context, GError **error)
{
  g_autoptr (GError) failure = NULL;
  KappaContext own = *context;
  gboolean done;

  /* A stored result is complete: the analysis skips all of it, and only writes its files. */
  if (self->origin == KAPPA_JOB_STORED)
    return !has_outputs (self->analysis)
           || kappa_analysis_run (self->analysis, self->inputs, self->result, context, error);
  if (!kappa_memory_check (context, self->bytes, KAPPA_ANALYSIS_GET_CLASS (self->analysis)->name,
                           error))
    return FALSE;
  if (self->workspace != NULL)
    claim (self, context);
  own.workspace = self->workspace;
  own.fresh = self->fresh;
  done = kappa_analysis_run (self->analysis, self->inputs, self->result, &own, &failure);
  finish (self, done, failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return done;
}

KappaAnalysis *
kappa_job_get_analysis (KappaJob *self)
{
  return self->analysis;
}

KappaInputs *
kappa_job_get_inputs (KappaJob *self)
{
  return self->inputs;
}

/**
 * kappa_job_get_origin:
 *
 * Returns: how much of the result was known beforehand
 */
KappaJobOrigin
kappa_job_get_origin (KappaJob *self)
{
  return self->origin;
}

/**
 * kappa_job_get_result:
 *
 * Returns: (transfer none): the result, which fills while the job runs
 */
KappaResult *
kappa_job_get_result (KappaJob *self)
{
  return self->result;
}

/**
 * kappa_job_get_recipe:
 *
 * Returns: (transfer none): JSON text
 */
const char *
kappa_job_get_recipe (KappaJob *self)
{
  return self->recipe;
}

/**
 * kappa_job_get_title:
 *
 * Returns: (transfer none): analysis, models and images, for lists
 */
const char *
kappa_job_get_title (KappaJob *self)
{
  return self->title;
}

/**
 * kappa_job_get_run_id:
 *
 * Returns: the run in the workspace; 0 while there is none
 */
gint64
kappa_job_get_run_id (KappaJob *self)
{
  gint64 id;

  g_mutex_lock (&self->mutex);
  id = self->run_id;
  g_mutex_unlock (&self->mutex);
  return id;
}

/**
 * kappa_job_dup_store_error:
 *
 * Returns: (transfer full) (nullable): why something could not be kept in the workspace
 */
GError *
kappa_job_dup_store_error (KappaJob *self)
{
  GError *error = NULL;

  g_mutex_lock (&self->mutex);
  if (self->store_error != NULL)
    error = g_error_copy (self->store_error);
  else if (self->run != NULL)
    error = kappa_run_dup_error (self->run);
  g_mutex_unlock (&self->mutex);
  return error;
}
