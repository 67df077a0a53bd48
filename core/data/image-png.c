#include "core/data/image-private.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

#include "core/base/error.h"
#include "core/data/exif.h"

/* The best that deflate can do: 258 bytes for two bits. */
#define MAX_INFLATION 1032

/* A chunk is given memory by its declared length, so that this must not be far from what a file
 * has. */
#define MIN_CHUNK_LIMIT (64 << 10)
#define MAX_CHUNK_LIMIT (8 << 20)

typedef struct
{
  png_structp png;
  png_infop info;
  const char *name;
  const guint8 *data;
  gsize size;
  gsize position;
  GCancellable *cancellable;
  GError *error;
  KappaImage *image;
  png_bytep *rows;
  guint orientation;
} Decoder;

static G_NORETURN void
error_cb (png_structp png, png_const_charp message)
{
  Decoder *self = png_get_error_ptr (png);

  if (self->error == NULL)
    g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: broken PNG: %s", self->name,
                 message);
  png_longjmp (png, 1);
}

static void
warning_cb (png_structp png, png_const_charp message)
{
}

static void
read_cb (png_structp png, png_bytep bytes, png_size_t size)
{
  Decoder *self = png_get_io_ptr (png);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    png_error (png, "cancelled");
  if (size > self->size - self->position)
    {
      g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: the PNG ends before its picture does; it is truncated, fetch it again",
                   self->name);
      png_error (png, "truncated");
    }
  memcpy (bytes, self->data + self->position, size);
  self->position += size;
}

/* Texts and profiles may inflate to anything and do not change the pixels: they are passed over
 * unread. An EXIF block is kept as unknown, since the library takes its length on trust. */
static void
ignore_what_is_not_pixels (png_structp png)
{
  static const png_byte chunks[]
      = "bKGD\0cHRM\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0sTER\0"
        "tEXt\0tIME\0zTXt";

  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_NEVER, chunks, sizeof chunks / 5);
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep) "eXIf", 1);
}

static void
prepare (Decoder *self)
{
  png_set_read_fn (self->png, self, read_cb);
  png_set_user_limits (self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max (self->png, CLAMP (self->size, MIN_CHUNK_LIMIT, MAX_CHUNK_LIMIT));
  ignore_what_is_not_pixels (self->png);
}

static guint64
most_pixels (Decoder *self)
{
  guint bits = png_get_bit_depth (self->png, self->info) * png_get_channels (self->png, self->info);

  return (guint64)self->size * MAX_INFLATION * 8 / bits;
}

static void
choose_transformations (Decoder *self)
{
  guint type = png_get_color_type (self->png, self->info);

  png_set_strip_16 (self->png);
  if (type == PNG_COLOR_TYPE_PALETTE)
    {
      png_set_packing (self->png);
    }
  else
    {
      png_set_expand_gray_1_2_4_to_8 (self->png);
      png_set_gray_to_rgb (self->png);
      png_set_strip_alpha (self->png);
    }
  png_set_interlace_handling (self->png);
  png_read_update_info (self->png, self->info);
}

/* Palette indices come to lie in the last third of their row, from where they are expanded in
 * place. */
static void
point_to_rows (Decoder *self, gboolean palette)
{
  gsize stride = (gsize)self->image->width * 3;

  g_assert (png_get_rowbytes (self->png, self->info) == (palette ? self->image->width : stride));
  self->rows = g_new (png_bytep, self->image->height);
  for (guint y = 0; y < self->image->height; y++)
    self->rows[y] = self->image->pixels + y * stride + (palette ? stride / 3 * 2 : 0);
}

static void
expand_palette (Decoder *self)
{
  png_colorp palette = NULL;
  int n_colours = 0;

  png_get_PLTE (self->png, self->info, &palette, &n_colours);
  for (guint y = 0; y < self->image->height; y++)
    {
      guint8 *rgb = self->image->pixels + (gsize)y * self->image->width * 3;

      for (guint x = 0; x < self->image->width; x++, rgb += 3)
        {
          guint8 index = self->rows[y][x];

          if (index >= n_colours)
            {
              g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                           "%s: broken PNG: a pixel has colour %u of a palette of %d", self->name,
                           index, n_colours);
              png_error (self->png, "palette");
            }
          rgb[0] = palette[index].red;
          rgb[1] = palette[index].green;
          rgb[2] = palette[index].blue;
        }
    }
}

static void
read_orientation (Decoder *self)
{
  png_unknown_chunkp chunks = NULL;
  int n_chunks = png_get_unknown_chunks (self->png, self->info, &chunks);

  self->orientation
      = n_chunks > 0 ? kappa_exif_get_orientation (chunks[0].data, chunks[0].size) : 1;
}

static gboolean
decode (Decoder *self)
{
  gboolean palette;

  if (setjmp (png_jmpbuf (self->png)))
    return FALSE;
  prepare (self);
  png_read_info (self->png, self->info);
  self->image = kappa_image_try_new (self->name, png_get_image_width (self->png, self->info),
                                     png_get_image_height (self->png, self->info),
                                     most_pixels (self), &self->error);
  if (self->image == NULL)
    return FALSE;
  palette = png_get_color_type (self->png, self->info) == PNG_COLOR_TYPE_PALETTE;
  choose_transformations (self);
  point_to_rows (self, palette);
  png_read_image (self->png, self->rows);
  if (palette)
    expand_palette (self);
  png_read_end (self->png, self->info);
  read_orientation (self);
  return TRUE;
}

KappaImage *
kappa_image_decode_png (const char *name,
                        const guint8 *data,
                        gsize size,
                        GCancellable *cancellable,
                        GError **error)
{
  /* On the heap, so that what was written before a jump is still there after it. */
  g_autofree Decoder *self = g_new0 (Decoder, 1);
  gboolean done = FALSE;

  self->name = name;
  self->data = data;
  self->size = size;
  self->cancellable = cancellable;
  self->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, self, error_cb, warning_cb);
  self->info = self->png != NULL ? png_create_info_struct (self->png) : NULL;
  if (self->info != NULL)
    done = decode (self);
  else
    g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_MEMORY, "%s: no memory to decode the PNG",
                 name);
  png_destroy_read_struct (&self->png, &self->info, NULL);
  g_free (self->rows);
  if (done)
    return kappa_image_take_upright (self->image, self->orientation);
  g_clear_pointer (&self->image, kappa_image_unref);
  g_propagate_error (error, self->error);
  return NULL;
}
