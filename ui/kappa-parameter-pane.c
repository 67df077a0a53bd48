#include "ui/kappa-parameter-pane.h"

#include "core/base/error.h"
#include "ui/kappa-input-row.h"
#include "ui/kappa-parameter-row.h"
#include "ui/kappa-validated-row.h"

/**
 * KappaParameterPane:
 *
 * All that can be chosen about a run, made from what the analysis' class says: its own parameters,
 * which images, what other inputs, and folded away what every analysis has.
 */
struct _KappaParameterPane
{
  AdwBin parent_instance;

  KappaAnalysis *analysis;
  KappaDesk *desk;
  GtkWidget *group, *others, *more;
  GPtrArray *entries;    /* of KappaValidatedRow: those that can be wrong */
  GPtrArray *input_rows; /* of KappaInputRow */
  guint n_others;        /* of them in the expander */
  GtkWidget *images_row, *sample_row;
};

G_DEFINE_FINAL_TYPE (KappaParameterPane, kappa_parameter_pane, ADW_TYPE_BIN)

static guint inputs_changed_signal;

static void
kappa_parameter_pane_dispose (GObject *object)
{
  KappaParameterPane *self = KAPPA_PARAMETER_PANE (object);

  g_clear_object (&self->analysis);
  g_clear_object (&self->desk);
  g_clear_object (&self->others);
  g_clear_object (&self->more);
  G_OBJECT_CLASS (kappa_parameter_pane_parent_class)->dispose (object);
}

static void
kappa_parameter_pane_finalize (GObject *object)
{
  KappaParameterPane *self = KAPPA_PARAMETER_PANE (object);

  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->input_rows);
  G_OBJECT_CLASS (kappa_parameter_pane_parent_class)->finalize (object);
}

static void
kappa_parameter_pane_class_init (KappaParameterPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_parameter_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = kappa_parameter_pane_finalize;

  /**
   * KappaParameterPane::inputs-changed:
   */
  inputs_changed_signal = g_signal_new ("inputs-changed", KAPPA_TYPE_PARAMETER_PANE,
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
make_expander (const char *title)
{
  GtkWidget *row = adw_expander_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  return row;
}

static void
kappa_parameter_pane_init (KappaParameterPane *self)
{
  self->entries = g_ptr_array_new ();
  self->input_rows = g_ptr_array_new ();
  self->group = adw_preferences_group_new ();
  self->others = g_object_ref_sink (make_expander ("Other inputs"));
  self->more = g_object_ref_sink (make_expander ("Numerics and files"));
  adw_bin_set_child (ADW_BIN (self), self->group);
}

static void
inputs_changed (KappaParameterPane *self)
{
  g_signal_emit (self, inputs_changed_signal, 0);
}

static GtkWidget *
make_parameter (KappaParameterPane *self, const KappaProperty *property)
{
  GtkWidget *row = kappa_parameter_row_new (self->analysis, property);

  if (KAPPA_IS_VALIDATED_ROW (row))
    g_ptr_array_add (self->entries, row);
  return row;
}

/* What every analysis has, and where to write files besides, is folded away. */
static void
add_parameters (KappaParameterPane *self)
{
  const KappaPropertyFlags folded = KAPPA_PROPERTY_COMMON | KAPPA_PROPERTY_OUTPUT;
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (self->analysis, &n);

  for (guint i = 0; i < n; i++)
    if (!(properties[i]->flags & folded))
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group),
                                 make_parameter (self, properties[i]));
    else
      adw_expander_row_add_row (ADW_EXPANDER_ROW (self->more),
                                make_parameter (self, properties[i]));
}

typedef struct
{
  KappaDesk *desk;
  const char *option;
} DataOption;

static gboolean
accept_option (const char *text, gpointer data, GError **error)
{
  DataOption *option = data;
  KappaDocument *document = kappa_desk_get_dataset (option->desk);

  return document == NULL || kappa_document_set_option (document, option->option, text, error);
}

static GtkWidget *
add_data_option (KappaParameterPane *self,
                 const char *title,
                 const char *option,
                 const char *hint,
                 const char *tooltip)
{
  DataOption *data = g_new (DataOption, 1);
  GtkWidget *row;

  *data = (DataOption) { self->desk, option };
  row = kappa_validated_row_new (title, accept_option, data, g_free);
  kappa_validated_row_set_hint (KAPPA_VALIDATED_ROW (row), hint);
  gtk_widget_set_tooltip_text (row, tooltip);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_ptr_array_add (self->entries, row);
  return row;
}

static void
show_option (KappaDocument *document, GtkWidget *row, const char *option)
{
  const char *value = document != NULL ? kappa_document_get_option (document, option) : NULL;

  kappa_validated_row_set_text (KAPPA_VALIDATED_ROW (row), value != NULL ? value : "");
  gtk_widget_set_sensitive (row, document != NULL);
}

static void
show_data (KappaParameterPane *self)
{
  KappaDocument *document = kappa_desk_get_dataset (self->desk);

  show_option (document, self->images_row, "images");
  show_option (document, self->sample_row, "sample");
  inputs_changed (self);
}

static void
data_changed_cb (KappaParameterPane *self)
{
  KappaDocument *document = kappa_desk_get_dataset (self->desk);

  if (document != NULL
      && !g_signal_handler_find (document, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA, 0, 0, NULL,
                                 (gpointer)(GCallback)show_data, self))
    g_signal_connect_object (document, "options-changed", G_CALLBACK (show_data), self,
                             G_CONNECT_SWAPPED);
  show_data (self);
}

static void
add_images (KappaParameterPane *self)
{
  self->images_row
      = add_data_option (self, "Images", "images", "all",
                         "The images from number A on, before number B, as A:B.  Option: --images");
  self->sample_row = add_data_option (self, "Sample", "sample", "4096 if more",
                                      "Draws so many images, stratified by class, always the same "
                                      "ones; “all” for all.  Option: --sample");
  g_signal_connect_object (self->desk, "notify::dataset", G_CALLBACK (data_changed_cb), self,
                           G_CONNECT_SWAPPED);
  data_changed_cb (self);
}

/* What an analysis needs stands open, before everything else.
 * @first: the place of the first row's input among those of its name */
static void
add_input_rows (KappaParameterPane *self, const KappaInputSpec *spec, guint first, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      gboolean needed = i + first < spec->min;
      GtkWidget *row = kappa_input_row_new (spec, self->desk, needed);

      if (n > 1 || spec->min > 0)
        {
          g_autofree char *title = g_strdup_printf ("Model %u", i + 2);

          adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
        }
      g_signal_connect_object (row, "changed", G_CALLBACK (inputs_changed), self,
                               G_CONNECT_SWAPPED);
      if (needed)
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
      else
        adw_expander_row_add_row (ADW_EXPANDER_ROW (self->others), row);
      self->n_others += !needed;
      g_ptr_array_add (self->input_rows, row);
    }
}

/* The first model and the first images are those that are looked at; everything else has a row.
 *
 * Returns: whether the analysis uses images
 */
static gboolean
add_inputs (KappaParameterPane *self)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (self->analysis);
  gboolean has_data = FALSE;

  for (guint i = 0; i < klass->n_inputs; i++)
    {
      const KappaInputSpec *spec = &klass->inputs[i];
      gboolean looked_at = g_str_equal (spec->name, "model") || g_str_equal (spec->name, "data");
      guint most = spec->max > 0 ? spec->max : looked_at ? 4 : 3;

      if (g_str_equal (spec->name, "data"))
        has_data = TRUE;
      if (most == 1 && looked_at)
        continue;
      add_input_rows (self, spec, looked_at, most - looked_at);
    }
  return has_data;
}

/**
 * kappa_parameter_pane_new:
 * @analysis: whose parameters are changed
 * @desk: whose model and images are used
 */
GtkWidget *
kappa_parameter_pane_new (KappaAnalysis *analysis, KappaDesk *desk)
{
  KappaParameterPane *self = g_object_new (KAPPA_TYPE_PARAMETER_PANE, NULL);
  gboolean has_data;

  self->analysis = g_object_ref (analysis);
  self->desk = g_object_ref (desk);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group),
                                   KAPPA_ANALYSIS_GET_CLASS (analysis)->title);
  has_data = add_inputs (self);
  add_parameters (self);
  if (has_data)
    add_images (self);
  if (self->n_others > 0)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->others);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->more);
  return GTK_WIDGET (self);
}

/**
 * kappa_parameter_pane_get_fault:
 *
 * Returns: (transfer none) (nullable): what is wrong with the first text that is wrong
 */
const char *
kappa_parameter_pane_get_fault (KappaParameterPane *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const char *fault = kappa_validated_row_get_fault (self->entries->pdata[i]);

      if (fault != NULL)
        return fault;
    }
  return NULL;
}

static KappaDocument *
find_subject (KappaParameterPane *self, const char *name)
{
  if (g_str_equal (name, "model"))
    return kappa_desk_get_model (self->desk);
  return g_str_equal (name, "data") ? kappa_desk_get_dataset (self->desk) : NULL;
}

/**
 * kappa_parameter_pane_choose_inputs:
 * @inputs: those of a run
 *
 * Chooses in every row what the run had. The model and images that are looked at stay.
 */
void
kappa_parameter_pane_choose_inputs (KappaParameterPane *self, KappaInputs *inputs)
{
  const char *before = NULL;
  guint index = 0;

  for (guint i = 0; i < self->input_rows->len; i++)
    {
      const char *name = kappa_input_row_get_spec (self->input_rows->pdata[i])->name;

      if (g_strcmp0 (name, before) != 0)
        index = g_str_equal (name, "model") || g_str_equal (name, "data") ? 1 : 0;
      before = name;
      kappa_input_row_choose (self->input_rows->pdata[i],
                              index < kappa_inputs_get_n (inputs, name)
                                  ? kappa_inputs_get_source (inputs, name, index)
                                  : NULL);
      index++;
    }
}

/**
 * kappa_parameter_pane_make_inputs:
 *
 * Returns: (transfer full): the model and images that are looked at, and what else was chosen;
 * %NULL with %KAPPA_ERROR_USAGE if one is missing or cannot be used
 */
KappaInputs *
kappa_parameter_pane_make_inputs (KappaParameterPane *self, GError **error)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (self->analysis);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();

  for (guint i = 0; i < klass->n_inputs; i++)
    {
      KappaDocument *document = find_subject (self, klass->inputs[i].name);

      if (document != NULL && kappa_document_get_state (document) == KAPPA_DOCUMENT_FAILED)
        {
          g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                               kappa_document_get_error (document));
          return NULL;
        }
      if (document != NULL)
        kappa_document_add_to (document, inputs, klass->inputs[i].name);
    }
  for (guint i = 0; i < self->input_rows->len; i++)
    kappa_input_row_add_to (self->input_rows->pdata[i], inputs);
  return kappa_inputs_check (inputs, klass->inputs, klass->n_inputs, error)
             ? g_steal_pointer (&inputs)
             : NULL;
}
