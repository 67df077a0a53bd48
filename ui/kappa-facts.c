#include "ui/kappa-facts.h"

#include "ui/kappa-words.h"

/* Characters a value has in any case: a number and its uncertainty break between words only. */
#define VALUE_WIDTH 12

/**
 * KappaFacts:
 *
 * A titled list of names and values. Values are selectable, and say in their tooltip what they
 * mean.
 */
struct _KappaFacts
{
  AdwBin parent_instance;

  GtkWidget *group;
  GHashTable *values; /* of GtkLabel, by title */
  GPtrArray *rows;
};

G_DEFINE_FINAL_TYPE (KappaFacts, kappa_facts, ADW_TYPE_BIN)

static void
kappa_facts_finalize (GObject *object)
{
  KappaFacts *self = KAPPA_FACTS (object);

  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (kappa_facts_parent_class)->finalize (object);
}

static void
kappa_facts_class_init (KappaFactsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_facts_finalize;
}

static void
kappa_facts_init (KappaFacts *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rows = g_ptr_array_new ();
  self->group = adw_preferences_group_new ();
  adw_bin_set_child (ADW_BIN (self), self->group);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * kappa_facts_new:
 * @title: stands above the list; the whole is hidden while it is empty
 */
GtkWidget *
kappa_facts_new (const char *title)
{
  KappaFacts *self = g_object_new (KAPPA_TYPE_FACTS, NULL);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), title);
  return GTK_WIDGET (self);
}

static GtkWidget *
make_value (void)
{
  GtkWidget *value = gtk_label_new (NULL);

  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  gtk_label_set_wrap (GTK_LABEL (value), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (value), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (value), VALUE_WIDTH);
  gtk_label_set_xalign (GTK_LABEL (value), 1.0f);
  gtk_label_set_justify (GTK_LABEL (value), GTK_JUSTIFY_RIGHT);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_widget_add_css_class (value, "numeric");
  gtk_widget_add_css_class (value, "dim-label");
  return value;
}

static GtkWidget *
add_row (KappaFacts *self, const char *title)
{
  GtkWidget *row = adw_preferences_row_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (title), *value = make_value ();

  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (name), TRUE);
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), value);
  gtk_widget_add_css_class (line, "fact");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_hash_table_insert (self->values, g_strdup (title), value);
  g_ptr_array_add (self->rows, row);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  return value;
}

/**
 * kappa_facts_set:
 * @title: names the fact; one that is there already gets the new value
 * @tooltip: (nullable): what the value means
 */
void
kappa_facts_set (KappaFacts *self, const char *title, const char *value, const char *tooltip)
{
  GtkWidget *label = g_hash_table_lookup (self->values, title);

  if (label == NULL)
    label = add_row (self, title);
  if (!g_str_equal (gtk_label_get_label (GTK_LABEL (label)), value))
    gtk_label_set_label (GTK_LABEL (label), value);
  gtk_widget_set_tooltip_text (label, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  tooltip != NULL ? tooltip : "", -1);
}

/**
 * kappa_facts_set_scalars:
 *
 * Shows every scalar of a result, each with its certainty, and with its definition as tooltip.
 */
void
kappa_facts_set_scalars (KappaFacts *self, KappaResult *result)
{
  g_auto (GStrv) names = kappa_result_list_scalars (result);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, names[i]);
      g_autofree char *title = NULL, *value = NULL, *certainty = NULL, *tooltip = NULL;

      if (scalar == NULL)
        continue;
      title = kappa_words_title (scalar->name);
      value = kappa_words_scalar (scalar);
      certainty = kappa_words_certainty (scalar);
      tooltip = g_strdup_printf ("%s\n%s", scalar->definition, certainty);
      kappa_facts_set (self, title, value, tooltip);
    }
}

void
kappa_facts_clear (KappaFacts *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->group), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  g_hash_table_remove_all (self->values);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
