#include "core/data/preprocess.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

/*
 * Preprocessing in words. The grammar is key=value,key=value,…; where a value has several numbers
 * they are joined by colons, so that a comma always begins the next key:
 *
 *   size=224 or size=320x240               width × height of what the network sees
 *   mode=center|squash|border|none         see KappaFit
 *   crop=0.875                             fraction; scale size = size / crop
 *   scale=256                              the scale size itself; 0 for size / crop
 *   resize=nearest|box|bilinear|hamming|bicubic|lanczos
 *   offset=even|up|down                    see KappaCropOffset
 *   channels=rgb|bgr|grey
 *   divisor=255  mean=0.485:0.456:0.406  std=0.229:0.224:0.225
 */

typedef struct
{
  const char *key;
  const char *expected;
  gboolean (*set) (KappaPreprocess *self, const char *value);
} Key;

static const char *const fits[] = { "center", "squash", "border", "none", NULL };
static const char *const offsets[] = { "even", "up", "down", NULL };
static const char *const channels[] = { "rgb", "bgr", "grey", NULL };

static gboolean
parse_name (const char *const *names, const char *value, guint *index)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], value) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_side (const char *text, guint *side)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, KAPPA_PREPROCESS_MAX_SIDE, &number, NULL))
    return FALSE;
  *side = (guint)number;
  return TRUE;
}

static gboolean
parse_number (const char *text, double *number)
{
  char *end;

  if (*text == '\0' || g_ascii_isspace (*text))
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (*number);
}

static gboolean
set_size (KappaPreprocess *self, const char *value)
{
  g_auto (GStrv) sides = g_strsplit (value, "x", 3);
  guint n = g_strv_length (sides), width, height;

  if (n < 1 || n > 2 || !parse_side (sides[0], &width) || !parse_side (sides[n - 1], &height))
    return FALSE;
  /* An explicit scale size belongs to the old size: what stays is the fraction that is cut off. */
  if (self->scale_to > 0)
    self->crop = MIN ((double)MIN (self->width, self->height) / self->scale_to, 1.0);
  self->scale_to = 0;
  self->width = width;
  self->height = height;
  return TRUE;
}

static gboolean
set_scale (KappaPreprocess *self, const char *value)
{
  return parse_side (value, &self->scale_to);
}

/* A crop fraction takes the place of an explicit scale size, which it would otherwise be silently
 * overruled by. */
static gboolean
set_crop (KappaPreprocess *self, const char *value)
{
  self->scale_to = 0;
  return parse_number (value, &self->crop);
}

static gboolean
set_fit (KappaPreprocess *self, const char *value)
{
  guint index;

  if (!parse_name (fits, value, &index))
    return FALSE;
  self->fit = index;
  return TRUE;
}

static gboolean
set_resample (KappaPreprocess *self, const char *value)
{
  return kappa_resample_from_name (value, &self->resample);
}

static gboolean
set_offset (KappaPreprocess *self, const char *value)
{
  guint index;

  if (!parse_name (offsets, value, &index))
    return FALSE;
  self->offset = index;
  return TRUE;
}

static gboolean
set_channels (KappaPreprocess *self, const char *value)
{
  guint index;

  if (!parse_name (channels, value, &index))
    return FALSE;
  self->channels = index;
  return TRUE;
}

static gboolean
set_divisor (KappaPreprocess *self, const char *value)
{
  return parse_number (value, &self->divisor);
}

/* One number stands for all channels. */
static gboolean
parse_triple (const char *value, double triple[3])
{
  g_auto (GStrv) parts = g_strsplit (value, ":", 4);
  guint n = g_strv_length (parts);

  if (n != 1 && n != 3)
    return FALSE;
  for (guint c = 0; c < 3; c++)
    if (!parse_number (parts[n == 1 ? 0 : c], &triple[c]))
      return FALSE;
  return TRUE;
}

static gboolean
set_mean (KappaPreprocess *self, const char *value)
{
  return parse_triple (value, self->mean);
}

static gboolean
set_std (KappaPreprocess *self, const char *value)
{
  return parse_triple (value, self->std);
}

static const Key keys[] = {
  { "size", "a number of pixels such as 224, or width x height such as 320x240", set_size },
  { "mode", "center, squash, border or none", set_fit },
  { "crop", "a fraction above 0 and at most 1, such as 0.875", set_crop },
  { "scale", "a number of pixels such as 256, or 0 for size / crop", set_scale },
  { "resize", "nearest, box, bilinear, hamming, bicubic or lanczos", set_resample },
  { "offset", "even, up or down", set_offset },
  { "channels", "rgb, bgr or grey", set_channels },
  { "divisor", "a number such as 255", set_divisor },
  { "mean", "one number or three joined by colons, such as 0.485:0.456:0.406", set_mean },
  { "std", "one number or three joined by colons, such as 0.229:0.224:0.225", set_std },
};

static const Key *
find_key (const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].key, key) == 0)
      return &keys[i];
  return NULL;
}

static char *
list_keys (void)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", keys[i].key);
  return g_string_free (list, FALSE);
}

/**
 * kappa_preprocess_has_key:
 *
 * Returns: whether kappa_preprocess_set() knows @key, so that a command line can share one option
 * with others
 */
gboolean
kappa_preprocess_has_key (const char *key)
{
  return find_key (key) != NULL;
}

static gboolean
set_one (KappaPreprocess *self, const char *name, const char *value, GError **error)
{
  const Key *key = find_key (name);

  if (key == NULL)
    {
      g_autofree char *known = list_keys ();

      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "preprocessing: \"%s\" is unknown; known are %s", name, known);
      return FALSE;
    }
  if (!key->set (self, value))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "preprocessing: %s is \"%s\", expected %s", name, value, key->expected);
      return FALSE;
    }
  return TRUE;
}

/**
 * kappa_preprocess_set:
 * @self: changed only if the result is valid
 * @key: e.g. "crop"
 * @value: e.g. "0.95"
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if the key is unknown or the value is not one for it
 */
gboolean
kappa_preprocess_set (KappaPreprocess *self, const char *key, const char *value, GError **error)
{
  KappaPreprocess changed = *self;

  if (!set_one (&changed, key, value, error) || !kappa_preprocess_check (&changed, error))
    return FALSE;
  *self = changed;
  return TRUE;
}

/**
 * kappa_preprocess_parse:
 * @self: changed only if all of @text is valid
 * @text: overrides such as "mean=.5:.5:.5,crop=.9,size=224,resize=bicubic,mode=center", or all of
 *   kappa_preprocess_to_text(); where a key stands twice the last one holds
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
kappa_preprocess_parse (KappaPreprocess *self, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  KappaPreprocess changed = *self;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *equals = strchr (parts[i], '=');

      if (equals == NULL)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "preprocessing: \"%s\" is not of the form key=value; numbers of one value "
                       "are joined by colons, as "
                       "in mean=.5:.5:.5",
                       parts[i]);
          return FALSE;
        }
      *equals = '\0';
      if (!set_one (&changed, g_strstrip (parts[i]), g_strstrip (equals + 1), error))
        return FALSE;
    }
  if (!kappa_preprocess_check (&changed, error))
    return FALSE;
  *self = changed;
  return TRUE;
}

/* The shortest decimal number that reads back as the same double. */
static void
append_number (GString *text, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  const char *const formats[] = { "%.6g", "%.15g", "%.16g", "%.17g" };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (buffer, sizeof buffer, formats[i], number);
      if (g_ascii_strtod (buffer, NULL) == number)
        break;
    }
  g_string_append (text, buffer);
}

static void
append_triple (GString *text, const double *triple, guint n, const char *separator)
{
  for (guint c = 0; c < n; c++)
    {
      g_string_append (text, c > 0 ? separator : "");
      append_number (text, triple[c]);
    }
}

/**
 * kappa_preprocess_to_text:
 *
 * Returns: (transfer full): all values, in the form that kappa_preprocess_parse() reads back to the
 * last bit; equal preprocessing has equal text
 */
char *
kappa_preprocess_to_text (const KappaPreprocess *self)
{
  guint n = kappa_preprocess_get_n_channels (self);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "size=%ux%u,mode=%s,crop=", self->width, self->height,
                          fits[self->fit]);
  append_number (text, self->crop);
  g_string_append_printf (
      text, ",scale=%u,resize=%s,offset=%s,channels=%s,divisor=", self->scale_to,
      kappa_resample_get_name (self->resample), offsets[self->offset], channels[self->channels]);
  append_number (text, self->divisor);
  g_string_append (text, ",mean=");
  append_triple (text, self->mean, n, ":");
  g_string_append (text, ",std=");
  append_triple (text, self->std, n, ":");
  return g_string_free (text, FALSE);
}

static void
describe_fit (const KappaPreprocess *self, GString *text)
{
  guint across = self->scale_to > 0 ? self->scale_to : (guint)floor (self->width / self->crop);
  guint down = self->scale_to > 0 ? self->scale_to : (guint)floor (self->height / self->crop);
  const char *resample = kappa_resample_get_name (self->resample);

  switch (self->fit)
    {
    case KAPPA_FIT_SQUASH:
      g_string_append_printf (text, "squashed to %u × %u (%s), centre ", across, down, resample);
      break;
    case KAPPA_FIT_BORDER:
      g_string_append_printf (text, "fitted into %u × %u (%s) with a border, centre ", across, down,
                              resample);
      break;
    case KAPPA_FIT_CENTER:
      if (across == down)
        g_string_append_printf (text, "shorter side to %u (%s), centre ", across, resample);
      else
        g_string_append_printf (text, "scaled to cover %u × %u (%s), centre ", across, down,
                                resample);
      break;
    case KAPPA_FIT_NONE:
      g_string_append (text, "as it is, ");
      break;
    }
  g_string_append_printf (text, "%u × %u", self->width, self->height);
}

/**
 * kappa_preprocess_describe:
 *
 * Returns: (transfer full): one line for people
 */
char *
kappa_preprocess_describe (const KappaPreprocess *self)
{
  static const char *const orders[] = { "RGB", "BGR", "grey" };
  guint n = kappa_preprocess_get_n_channels (self);
  GString *text = g_string_new (NULL);

  describe_fit (self, text);
  g_string_append_printf (text, ", %s, (pixel / ", orders[self->channels]);
  append_number (text, self->divisor);
  g_string_append (text, " − (");
  append_triple (text, self->mean, n, ", ");
  g_string_append (text, ")) / (");
  append_triple (text, self->std, n, ", ");
  g_string_append (text, ")");
  return g_string_free (text, FALSE);
}
