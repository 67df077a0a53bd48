#include "ui/kappa-reading.h"

/**
 * KappaReadingButton:
 *
 * "How to read this": what the axes mean, what is usual, when the picture misleads, and where the
 * method comes from.
 */
struct _KappaReadingButton
{
  AdwBin parent_instance;

  GtkWidget *box;
};

/* Lines comfortable to read. Labels ask for less, so that their height is taken at this width. */
#define WIDTH       480
#define LINE_LENGTH 40 /* characters */

G_DEFINE_FINAL_TYPE (KappaReadingButton, kappa_reading_button, ADW_TYPE_BIN)

static void
kappa_reading_button_class_init (KappaReadingButtonClass *klass)
{
}

static void
kappa_reading_button_init (KappaReadingButton *self)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (self->box, "reading");
  gtk_widget_set_size_request (self->box, WIDTH, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), self->box);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), "How to read this");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_widget_add_css_class (button, "flat");
  adw_bin_set_child (ADW_BIN (self), button);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE_LENGTH);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
add (KappaReadingButton *self, const char *title, const char *text)
{
  GtkWidget *part;

  if (text == NULL || *text == '\0')
    return;
  part = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_box_append (GTK_BOX (part), make_label (title, "heading"));
  gtk_box_append (GTK_BOX (part), make_label (text, "body"));
  gtk_box_append (GTK_BOX (self->box), part);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

/**
 * kappa_reading_button_new:
 * @reading: of the analysis' class
 */
GtkWidget *
kappa_reading_button_new (const KappaReading *reading)
{
  KappaReadingButton *self = g_object_new (KAPPA_TYPE_READING_BUTTON, NULL);

  add (self, "Axes", reading->axes);
  add (self, "Usual values", reading->typical);
  add (self, "When it misleads", reading->misleads);
  add (self, "Source", reading->source);
  return GTK_WIDGET (self);
}
