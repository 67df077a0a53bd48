#include "ui/kappa-run-item.h"

#include "core/analysis/recipe.h"
#include "ui/kappa-words.h"

/**
 * KappaRunItem:
 *
 * A run in the list: what the workspace knows of it, and while this program computes it, its
 * runner.
 */
struct _KappaRunItem
{
  GObject parent_instance;

  KappaRunInfo *info;         /* NULL until the runner has a run in the workspace */
  KappaRunner *runner;        /* NULL for a run that was there before */
  char *title, *model, *data; /* read from the recipe when they are first asked for */
};

G_DEFINE_FINAL_TYPE (KappaRunItem, kappa_run_item, G_TYPE_OBJECT)

static guint changed_signal;

static void
changed (KappaRunItem *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
kappa_run_item_finalize (GObject *object)
{
  KappaRunItem *self = KAPPA_RUN_ITEM (object);

  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_pointer (&self->info, kappa_run_info_free);
  g_clear_object (&self->runner);
  g_free (self->title);
  g_free (self->model);
  g_free (self->data);
  G_OBJECT_CLASS (kappa_run_item_parent_class)->finalize (object);
}

static void
kappa_run_item_class_init (KappaRunItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_run_item_finalize;

  /**
   * KappaRunItem::changed:
   *
   * Title, state or progress is not what it was.
   */
  changed_signal = g_signal_new ("changed", KAPPA_TYPE_RUN_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
kappa_run_item_init (KappaRunItem *self)
{
}

/**
 * kappa_run_item_set_runner:
 * @runner: what computes the run from now on
 */
void
kappa_run_item_set_runner (KappaRunItem *self, KappaRunner *runner)
{
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_set_object (&self->runner, runner);
  g_signal_connect_object (runner, "notify", G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
  changed (self);
}

KappaRunItem *
kappa_run_item_new_for_runner (KappaRunner *runner)
{
  KappaRunItem *self = g_object_new (KAPPA_TYPE_RUN_ITEM, NULL);

  kappa_run_item_set_runner (self, runner);
  return self;
}

/**
 * kappa_run_item_new_for_info:
 * @info: (transfer full)
 */
KappaRunItem *
kappa_run_item_new_for_info (KappaRunInfo *info)
{
  KappaRunItem *self = g_object_new (KAPPA_TYPE_RUN_ITEM, NULL);

  self->info = info;
  return self;
}

static gboolean
same (const KappaRunInfo *a, const KappaRunInfo *b)
{
  return a->state == b->state && a->finished == b->finished && g_str_equal (a->title, b->title)
         && g_strcmp0 (a->error, b->error) == 0 && g_strcmp0 (a->view, b->view) == 0;
}

/**
 * kappa_run_item_take_info:
 * @info: (transfer full): what the workspace says now
 */
void
kappa_run_item_take_info (KappaRunItem *self, KappaRunInfo *info)
{
  gboolean differs = self->info == NULL || !same (self->info, info);

  g_clear_pointer (&self->info, kappa_run_info_free);
  self->info = info;
  if (differs)
    g_clear_pointer (&self->title, g_free);
  if (differs)
    changed (self);
}

/**
 * kappa_run_item_get_id:
 *
 * Returns: the run in the workspace; 0 while a runner has none yet
 */
gint64
kappa_run_item_get_id (KappaRunItem *self)
{
  if (self->info != NULL)
    return self->info->id;
  return self->runner != NULL ? kappa_runner_get_run (self->runner) : 0;
}

/**
 * kappa_run_item_get_analysis:
 *
 * Returns: (transfer none): the name of the analysis' class
 */
const char *
kappa_run_item_get_analysis (KappaRunItem *self)
{
  if (self->info != NULL)
    return self->info->analysis;
  return KAPPA_ANALYSIS_GET_CLASS (kappa_runner_get_analysis (self->runner))->name;
}

/* "Loss landscape 51 × 51": the ranges are what tells runs of one analysis apart. */
static char *
describe (KappaAnalysis *analysis)
{
  GString *title = g_string_new (KAPPA_ANALYSIS_GET_CLASS (analysis)->title);
  const char *separator = " ";
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    {
      KappaRange range;

      if (properties[i]->type != KAPPA_PROPERTY_RANGE)
        continue;
      range = kappa_analysis_get_range (analysis, properties[i]->name);
      if (range.kind != KAPPA_RANGE_VALUES)
        continue;
      g_string_append_printf (title, "%s%u", separator, range.n);
      separator = " × ";
    }
  return g_string_free (title, FALSE);
}

/* The workspace's own title names the inputs, too, which stand elsewhere here; one that the user
 * chose is shown. */
static gboolean
is_renamed (KappaRunItem *self, KappaAnalysis *analysis)
{
  g_autofree char *own = g_strconcat (KAPPA_ANALYSIS_GET_CLASS (analysis)->title, ": ", NULL);

  return self->info != NULL && !g_str_has_prefix (self->info->title, own);
}

/**
 * kappa_run_item_get_title:
 *
 * Returns: (transfer none): what was chosen as its name, else analysis and size
 */
const char *
kappa_run_item_get_title (KappaRunItem *self)
{
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;

  if (self->title != NULL)
    return self->title;
  if (!kappa_run_item_dup_recipe (self, &analysis, &inputs, NULL) || is_renamed (self, analysis))
    self->title = g_strdup (self->info->title);
  else
    self->title = describe (analysis);
  return self->title;
}

/**
 * kappa_run_item_get_state:
 *
 * Returns: what the runner says, where there is one: the workspace hears of it later
 */
KappaRunState
kappa_run_item_get_state (KappaRunItem *self)
{
  return self->runner != NULL ? kappa_runner_get_state (self->runner) : self->info->state;
}

/**
 * kappa_run_item_get_error:
 *
 * Returns: (transfer none) (nullable): why it failed
 */
const char *
kappa_run_item_get_error (KappaRunItem *self)
{
  if (self->runner != NULL)
    return kappa_runner_get_error (self->runner);
  return self->info->error;
}

/**
 * kappa_run_item_get_view:
 *
 * Returns: (transfer none) (nullable): how it was looked at last
 */
const char *
kappa_run_item_get_view (KappaRunItem *self)
{
  return self->info != NULL ? self->info->view : NULL;
}

/**
 * kappa_run_item_get_runner:
 *
 * Returns: (transfer none) (nullable): what computes it, or did since the program began
 */
KappaRunner *
kappa_run_item_get_runner (KappaRunItem *self)
{
  return self->runner;
}

/**
 * kappa_run_item_dup_recipe:
 * @analysis: (out) (transfer full): not to be changed: it may be the runner's own
 * @inputs: (out) (transfer full): not to be changed either
 *
 * Returns: %FALSE with @error if the recipe is of a kind this program does not know
 */
gboolean
kappa_run_item_dup_recipe (KappaRunItem *self,
                           KappaAnalysis **analysis,
                           KappaInputs **inputs,
                           GError **error)
{
  if (self->runner == NULL)
    return kappa_recipe_from_json (self->info->recipe, analysis, inputs, error);
  *analysis = g_object_ref (kappa_runner_get_analysis (self->runner));
  *inputs = g_object_ref (kappa_runner_get_inputs (self->runner));
  return TRUE;
}

/* Where the first input of that name is, "" if there is none; read once, since lists are searched
 * for it. */
static char *
dup_input (KappaRunItem *self, const char *name)
{
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;

  if (!kappa_run_item_dup_recipe (self, &analysis, &inputs, NULL)
      || kappa_inputs_get_n (inputs, name) == 0)
    return g_strdup ("");
  return kappa_inputs_dup_location (inputs, name, 0);
}

/**
 * kappa_run_item_get_model:
 *
 * Returns: (transfer none): where its model is, "" if it has none
 */
const char *
kappa_run_item_get_model (KappaRunItem *self)
{
  if (self->model == NULL)
    self->model = dup_input (self, "model");
  return self->model;
}

/**
 * kappa_run_item_get_data:
 *
 * Returns: (transfer none): where its images are, "" if it has none
 */
const char *
kappa_run_item_get_data (KappaRunItem *self)
{
  if (self->data == NULL)
    self->data = dup_input (self, "data");
  return self->data;
}

/**
 * kappa_run_item_dup_subtitle:
 *
 * Returns: (transfer full): "38 % · resnet20.th", "14:02 · resnet20.th"
 */
char *
kappa_run_item_dup_subtitle (KappaRunItem *self)
{
  KappaRunState state = kappa_run_item_get_state (self);
  const char *model = kappa_run_item_get_model (self);
  g_autofree char *name = *model != '\0' ? g_path_get_basename (model)
                                         : g_strdup (kappa_run_item_get_analysis (self));
  g_autofree char *when = NULL;

  if (self->runner != NULL && (state == KAPPA_RUN_RUNNING || state == KAPPA_RUN_PAUSED))
    return g_strdup_printf ("%.0f %%%s · %s", 100.0 * kappa_runner_get_fraction (self->runner),
                            state == KAPPA_RUN_PAUSED ? ", paused" : "", name);
  if (state != KAPPA_RUN_DONE || self->info == NULL)
    return g_strdup_printf ("%s · %s", kappa_run_state_name (state), name);
  when = kappa_words_when (self->info->finished != 0 ? self->info->finished : self->info->created);
  return g_strdup_printf ("%s · %s", when, name);
}

/**
 * kappa_run_item_can_resume:
 *
 * Returns: whether it stopped before its end and nobody computes it
 */
gboolean
kappa_run_item_can_resume (KappaRunItem *self)
{
  KappaRunState state = kappa_run_item_get_state (self);

  return state == KAPPA_RUN_INTERRUPTED || state == KAPPA_RUN_CANCELLED
         || state == KAPPA_RUN_FAILED;
}
