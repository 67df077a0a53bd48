#include "ui/kappa-page-switcher.h"

#include "ui/kappa-page-table.h"

/**
 * KappaPageSwitcher:
 *
 * Chooses among the pages of the window: a tab for each group, and below it a tab for each page of
 * the group that is looked at, if it has several. Where there is no room for tabs, one button names
 * the page, and its menu lists all of them.
 */
struct _KappaPageSwitcher
{
  AdwBin parent_instance;

  GtkStack *stack;
  GtkBox *tabs;
  GtkStack *rows; /* the tabs of each group with several pages */
  GtkMenuButton *button;
  GPtrArray *groups;  /* of Group */
  gboolean following; /* the tabs are being set to what the stack shows */
};

G_DEFINE_FINAL_TYPE (KappaPageSwitcher, kappa_page_switcher, ADW_TYPE_BIN)

typedef struct
{
  const char *title;
  GtkToggleButton *tab;
  GtkBox *row;
  GPtrArray *names; /* of its pages */
  GPtrArray *tabs;  /* of its pages, GtkToggleButton */
  char *last;       /* the page of it that was looked at last */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->names);
  g_ptr_array_unref (group->tabs);
  g_free (group->last);
  g_free (group);
}

static Group *
get_group (KappaPageSwitcher *self, guint i)
{
  return self->groups->pdata[i];
}

static Group *
find_group (KappaPageSwitcher *self, const char *title)
{
  for (guint i = 0; i < self->groups->len; i++)
    if (g_str_equal (get_group (self, i)->title, title))
      return get_group (self, i);
  return NULL;
}

static void
kappa_page_switcher_dispose (GObject *object)
{
  KappaPageSwitcher *self = KAPPA_PAGE_SWITCHER (object);

  if (self->stack != NULL)
    g_signal_handlers_disconnect_by_data (self->stack, self);
  g_clear_object (&self->stack);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  G_OBJECT_CLASS (kappa_page_switcher_parent_class)->dispose (object);
}

static void
kappa_page_switcher_class_init (KappaPageSwitcherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_page_switcher_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "pageswitcher");
}

static GtkWidget *
make_tabs (KappaPageSwitcher *self)
{
  GtkWidget *both = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->tabs = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 1));
  self->rows = GTK_STACK (gtk_stack_new ());
  /* As wide as the widest, so that whether tabs fit does not change from page to page. */
  gtk_stack_set_vhomogeneous (self->rows, FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->tabs), "tabs");
  gtk_box_append (GTK_BOX (both), GTK_WIDGET (self->tabs));
  gtk_box_append (GTK_BOX (both), GTK_WIDGET (self->rows));
  gtk_widget_set_halign (both, GTK_ALIGN_START);
  return both;
}

static void
kappa_page_switcher_init (KappaPageSwitcher *self)
{
  GtkWidget *squeezer = adw_squeezer_new ();

  self->groups = g_ptr_array_new_with_free_func (group_free);
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_always_show_arrow (self->button, TRUE);
  gtk_widget_set_halign (GTK_WIDGET (self->button), GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), "Show another page");
  adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
  adw_squeezer_set_xalign (ADW_SQUEEZER (squeezer), 0.0f);
  adw_squeezer_add (ADW_SQUEEZER (squeezer), make_tabs (self));
  adw_squeezer_add (ADW_SQUEEZER (squeezer), GTK_WIDGET (self->button));
  adw_bin_set_child (ADW_BIN (self), squeezer);
}

GtkWidget *
kappa_page_switcher_new (void)
{
  return g_object_new (KAPPA_TYPE_PAGE_SWITCHER, NULL);
}

/* A tab that is chosen already stays chosen when it is clicked. */
static void
follow_stack (KappaPageSwitcher *self)
{
  const char *shown = gtk_stack_get_visible_child_name (self->stack);

  self->following = TRUE;
  for (guint i = 0; shown != NULL && i < self->groups->len; i++)
    {
      Group *group = get_group (self, i);
      gboolean holds = FALSE;

      for (guint k = 0; k < group->names->len; k++)
        {
          gboolean is_shown = g_str_equal (group->names->pdata[k], shown);

          holds |= is_shown;
          gtk_toggle_button_set_active (group->tabs->pdata[k], is_shown);
        }
      gtk_toggle_button_set_active (group->tab, holds);
      if (!holds)
        continue;
      g_free (group->last);
      group->last = g_strdup (shown);
      gtk_widget_set_visible (GTK_WIDGET (self->rows), group->row != NULL);
      if (group->row != NULL)
        gtk_stack_set_visible_child (self->rows, GTK_WIDGET (group->row));
    }
  self->following = FALSE;
}

static const char *
get_title (KappaPageSwitcher *self, const char *name)
{
  GtkWidget *child = gtk_stack_get_child_by_name (self->stack, name);

  return gtk_stack_page_get_title (gtk_stack_get_page (self->stack, child));
}

static void
follow_button (KappaPageSwitcher *self)
{
  const char *shown = gtk_stack_get_visible_child_name (self->stack);
  const char *group = shown != NULL ? kappa_page_table_group (shown) : "";
  const char *title = shown != NULL ? get_title (self, shown) : "";
  g_autofree char *both
      = g_str_equal (group, title) ? g_strdup (title) : g_strdup_printf ("%s: %s", group, title);

  gtk_menu_button_set_label (self->button, both);
}

static void
visible_child_cb (KappaPageSwitcher *self)
{
  follow_stack (self);
  follow_button (self);
}

static void
tab_clicked_cb (GtkButton *button, KappaPageSwitcher *self)
{
  const char *name = g_object_get_data (G_OBJECT (button), "page");

  if (self->following)
    return;
  gtk_stack_set_visible_child_name (self->stack, name);
  follow_stack (self);
}

static void
group_clicked_cb (GtkButton *button, KappaPageSwitcher *self)
{
  for (guint i = 0; i < self->groups->len && !self->following; i++)
    if (GTK_BUTTON (get_group (self, i)->tab) == button)
      {
        gtk_stack_set_visible_child_name (self->stack, get_group (self, i)->last);
        follow_stack (self);
        return;
      }
}

static GtkToggleButton *
make_tab (KappaPageSwitcher *self, const char *title, GCallback clicked)
{
  GtkWidget *tab = gtk_toggle_button_new_with_label (title);

  gtk_widget_add_css_class (tab, "flat");
  g_signal_connect_object (tab, "clicked", clicked, self, 0);
  return GTK_TOGGLE_BUTTON (tab);
}

static Group *
add_group (KappaPageSwitcher *self, const char *title)
{
  Group *group = g_new0 (Group, 1);

  group->title = title;
  group->names = g_ptr_array_new_with_free_func (g_free);
  group->tabs = g_ptr_array_new_with_free_func (g_object_unref);
  group->tab = make_tab (self, title, G_CALLBACK (group_clicked_cb));
  gtk_box_append (self->tabs, GTK_WIDGET (group->tab));
  g_ptr_array_add (self->groups, group);
  return group;
}

static void
add_page (KappaPageSwitcher *self, const char *name)
{
  const char *title = kappa_page_table_group (name);
  Group *group = find_group (self, title);
  GtkToggleButton *tab = make_tab (self, get_title (self, name), G_CALLBACK (tab_clicked_cb));

  if (group == NULL)
    group = add_group (self, title);
  if (group->last == NULL)
    group->last = g_strdup (name);
  g_object_set_data_full (G_OBJECT (tab), "page", g_strdup (name), g_free);
  g_ptr_array_add (group->names, g_strdup (name));
  g_ptr_array_add (group->tabs, g_object_ref_sink (tab));
}

/* A group of one page is that page: it needs no row of its own. */
static void
add_row (KappaPageSwitcher *self, Group *group)
{
  if (group->names->len < 2)
    return;
  group->row = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 1));
  gtk_widget_add_css_class (GTK_WIDGET (group->row), "tabs");
  for (guint k = 0; k < group->tabs->len; k++)
    gtk_box_append (group->row, group->tabs->pdata[k]);
  gtk_stack_add_child (self->rows, GTK_WIDGET (group->row));
}

static void
fill_menu (KappaPageSwitcher *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < self->groups->len; i++)
    {
      Group *group = get_group (self, i);
      g_autoptr (GMenu) section = g_menu_new ();

      for (guint k = 0; k < group->names->len; k++)
        {
          const char *name = group->names->pdata[k];
          g_autoptr (GMenuItem) item = g_menu_item_new (get_title (self, name), NULL);

          g_menu_item_set_action_and_target (item, "win.show-page", "s", name);
          g_menu_append_item (section, item);
        }
      g_menu_append_section (menu, group->names->len > 1 ? group->title : NULL,
                             G_MENU_MODEL (section));
    }
  gtk_menu_button_set_menu_model (self->button, G_MENU_MODEL (menu));
}

/**
 * kappa_page_switcher_set_stack:
 * @stack: whose children have the names of the table of pages; to be called once, when all are in
 */
void
kappa_page_switcher_set_stack (KappaPageSwitcher *self, GtkStack *stack)
{
  g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (stack);

  g_return_if_fail (self->stack == NULL);

  self->stack = g_object_ref (stack);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (pages)); i++)
    {
      g_autoptr (GObject) page = g_list_model_get_item (G_LIST_MODEL (pages), i);

      add_page (self, gtk_stack_page_get_name (GTK_STACK_PAGE (page)));
    }
  for (guint i = 0; i < self->groups->len; i++)
    add_row (self, get_group (self, i));
  fill_menu (self);
  g_signal_connect_object (stack, "notify::visible-child", G_CALLBACK (visible_child_cb), self,
                           G_CONNECT_SWAPPED);
  visible_child_cb (self);
}

static guint
find_page (Group *group, const char *name)
{
  guint k = 0;

  while (k < group->names->len && !g_str_equal (group->names->pdata[k], name))
    k++;
  return k;
}

/**
 * kappa_page_switcher_show_group:
 * @index: from 0; one that there is not does nothing
 *
 * Shows the page of a group that was looked at last, or, in the group that is looked at, the next.
 */
void
kappa_page_switcher_show_group (KappaPageSwitcher *self, guint index)
{
  const char *shown = gtk_stack_get_visible_child_name (self->stack);
  Group *group;
  guint at;

  if (index >= self->groups->len)
    return;
  group = get_group (self, index);
  at = find_page (group, shown);
  gtk_stack_set_visible_child_name (
      self->stack,
      at < group->names->len ? group->names->pdata[(at + 1) % group->names->len] : group->last);
}

/**
 * kappa_page_switcher_step:
 * @step: 1 for the next page, −1 for the one before; round and round
 */
void
kappa_page_switcher_step (KappaPageSwitcher *self, int step)
{
  g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (self->stack);
  GtkWidget *shown = gtk_stack_get_visible_child (self->stack);
  int n = (int)g_list_model_get_n_items (G_LIST_MODEL (pages));

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GObject) page = g_list_model_get_item (G_LIST_MODEL (pages), (guint)i);

      if (gtk_stack_page_get_child (GTK_STACK_PAGE (page)) != shown)
        continue;
      gtk_selection_model_select_item (pages, (guint)((i + step + n) % n), TRUE);
      return;
    }
}
