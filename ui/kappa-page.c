#include "ui/kappa-page.h"

/**
 * KappaPage:
 *
 * Pages are made with the window and built when they are first looked at, so that the window opens
 * at once however many pages there are.
 */
typedef struct
{
  KappaDesk *desk;
  gboolean is_open;
} KappaPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (KappaPage, kappa_page, ADW_TYPE_BIN)

enum
{
  PROP_DESK = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
kappa_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DESK)
    g_value_set_object (value, kappa_page_get_desk (KAPPA_PAGE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  KappaPagePrivate *priv = kappa_page_get_instance_private (KAPPA_PAGE (object));

  if (id == PROP_DESK)
    priv->desk = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_page_dispose (GObject *object)
{
  KappaPagePrivate *priv = kappa_page_get_instance_private (KAPPA_PAGE (object));

  if (priv->desk != NULL)
    g_signal_handlers_disconnect_by_data (priv->desk, object);
  g_clear_object (&priv->desk);
  G_OBJECT_CLASS (kappa_page_parent_class)->dispose (object);
}

static void
kappa_page_class_init (KappaPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = kappa_page_get_property;
  object_class->set_property = kappa_page_set_property;
  object_class->dispose = kappa_page_dispose;
  props[PROP_DESK]
      = g_param_spec_object ("desk", NULL, NULL, KAPPA_TYPE_DESK,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
kappa_page_init (KappaPage *self)
{
}

/**
 * kappa_page_get_desk:
 *
 * Returns: (transfer none): what the page is about
 */
KappaDesk *
kappa_page_get_desk (KappaPage *self)
{
  KappaPagePrivate *priv = kappa_page_get_instance_private (self);

  return priv->desk;
}

/**
 * kappa_page_open:
 *
 * To be called before the page is shown.
 */
void
kappa_page_open (KappaPage *self)
{
  KappaPagePrivate *priv = kappa_page_get_instance_private (self);

  if (priv->is_open)
    return;
  priv->is_open = TRUE;
  KAPPA_PAGE_GET_CLASS (self)->build (self);
}

gboolean
kappa_page_is_open (KappaPage *self)
{
  KappaPagePrivate *priv = kappa_page_get_instance_private (self);

  return priv->is_open;
}

/**
 * kappa_page_get_side:
 *
 * Returns: (transfer none) (nullable): what stands in the pane beside it
 */
GtkWidget *
kappa_page_get_side (KappaPage *self)
{
  KappaPageClass *klass = KAPPA_PAGE_GET_CLASS (self);

  return klass->get_side != NULL ? klass->get_side (self) : NULL;
}

/**
 * kappa_page_get_tools:
 *
 * Returns: (transfer none) (nullable): what stands beside the tabs
 */
GtkWidget *
kappa_page_get_tools (KappaPage *self)
{
  KappaPageClass *klass = KAPPA_PAGE_GET_CLASS (self);

  return klass->get_tools != NULL ? klass->get_tools (self) : NULL;
}

/**
 * kappa_page_get_plot:
 *
 * Returns: (transfer none) (nullable): the figure that is copied and exported
 */
KappaPlotView *
kappa_page_get_plot (KappaPage *self)
{
  KappaPageClass *klass = KAPPA_PAGE_GET_CLASS (self);

  return kappa_page_is_open (self) && klass->get_plot != NULL ? klass->get_plot (self) : NULL;
}

/**
 * kappa_page_get_run:
 *
 * Returns: (transfer none) (nullable): the run it shows
 */
KappaRunItem *
kappa_page_get_run (KappaPage *self)
{
  KappaPageClass *klass = KAPPA_PAGE_GET_CLASS (self);

  return kappa_page_is_open (self) && klass->get_run != NULL ? klass->get_run (self) : NULL;
}

/**
 * kappa_page_show_run:
 * @run: of the page's own analysis
 */
void
kappa_page_show_run (KappaPage *self, KappaRunItem *run)
{
  kappa_page_open (self);
  if (KAPPA_PAGE_GET_CLASS (self)->show_run != NULL)
    KAPPA_PAGE_GET_CLASS (self)->show_run (self, run);
}

/**
 * kappa_page_can_run:
 *
 * Returns: whether the page computes anything
 */
gboolean
kappa_page_can_run (KappaPage *self)
{
  return KAPPA_PAGE_GET_CLASS (self)->run != NULL;
}

void
kappa_page_run (KappaPage *self)
{
  kappa_page_open (self);
  if (kappa_page_can_run (self))
    KAPPA_PAGE_GET_CLASS (self)->run (self);
}
