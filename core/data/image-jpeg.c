#include "core/data/image-private.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "core/base/error.h"
#include "core/data/exif.h"

/* Each block of 64 pixels takes at least one bit of entropy-coded data for its mean. */
#define MAX_PIXELS_PER_BYTE 512

/* A file may order one pass over all coefficients after another at a few bytes each; encoders write
 * about ten. */
#define MAX_SCANS 200

typedef struct
{
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  const char *name;
  GCancellable *cancellable;
  GError *error;
  KappaImage *image;
  guint8 *ink; /* one row of cyan, magenta, yellow and black */
  guint orientation;
} Decoder;

static G_NORETURN void
escape (Decoder *self)
{
  longjmp (self->escape, 1);
}

static G_NORETURN void
fail_with_message (Decoder *self)
{
  char text[JMSG_LENGTH_MAX];

  self->errors.format_message ((j_common_ptr)&self->codec, text);
  g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: broken JPEG: %s", self->name,
               text);
  escape (self);
}

static G_NORETURN void
error_exit_cb (j_common_ptr codec)
{
  fail_with_message (codec->client_data);
}

/* The library patches over damage and calls it a warning. What leaves wrong pixels behind is an
 * error here. */
static void
emit_message_cb (j_common_ptr codec, int level)
{
  Decoder *self = codec->client_data;

  if (level >= 0)
    return;
  switch (codec->err->msg_code)
    {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
      g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: the JPEG ends before its picture does; it is truncated, fetch it again",
                   self->name);
      escape (self);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      fail_with_message (self);
    default:
      break;
    }
}

static void
progress_cb (j_common_ptr codec)
{
  Decoder *self = codec->client_data;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    escape (self);
  if (self->codec.input_scan_number > MAX_SCANS)
    {
      g_set_error (&self->error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "%s: the JPEG has more than %d scans", self->name, MAX_SCANS);
      escape (self);
    }
}

static void
prepare (Decoder *self, const guint8 *data, gsize size)
{
  self->codec.err = jpeg_std_error (&self->errors);
  self->errors.error_exit = error_exit_cb;
  self->errors.emit_message = emit_message_cb;
  self->codec.client_data = self;
  jpeg_create_decompress (&self->codec);
  self->progress.progress_monitor = progress_cb;
  self->codec.progress = &self->progress;
  jpeg_mem_src (&self->codec, data, size);
  jpeg_save_markers (&self->codec, JPEG_APP0 + 1, 0xffff);
}

static void
read_orientation (Decoder *self)
{
  static const guint8 header[6] = { 'E', 'x', 'i', 'f', 0, 0 };

  self->orientation = 1;
  for (jpeg_saved_marker_ptr marker = self->codec.marker_list; marker != NULL;
       marker = marker->next)
    if (marker->data_length > sizeof header && memcmp (marker->data, header, sizeof header) == 0)
      {
        self->orientation = kappa_exif_get_orientation (marker->data + sizeof header,
                                                        marker->data_length - sizeof header);
        return;
      }
}

static void
choose_colours (Decoder *self)
{
  switch (self->codec.num_components)
    {
    case 1:
    case 3:
      self->codec.out_color_space = JCS_RGB;
      break;
    case 4:
      self->codec.out_color_space = JCS_CMYK;
      break;
    default:
      g_set_error (
          &self->error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
          "%s: the JPEG has %d components, expected 1 (grey), 3 (colour) or 4 (print colours)",
          self->name, self->codec.num_components);
      escape (self);
    }
}

static guint8
times_over_255 (guint a, guint b)
{
  guint product = a * b + 128;

  return (guint8)((product + (product >> 8)) >> 8);
}

/* As Adobe writes it, 255 is no ink. PIL inverts and then takes (255 - black) - ink (255 - black) /
 * 255, rounded. */
static void
ink_to_rgb (const guint8 *ink, guint8 *rgb, guint width)
{
  for (guint x = 0; x < width; x++, ink += 4, rgb += 3)
    for (guint c = 0; c < 3; c++)
      rgb[c] = ink[3] - times_over_255 (255 - ink[c], ink[3]);
}

static void
read_rows (Decoder *self)
{
  guint width = self->image->width;

  if (self->codec.out_color_space == JCS_CMYK)
    self->ink = g_malloc ((gsize)width * 4);
  while (self->codec.output_scanline < self->codec.output_height)
    {
      guint8 *rgb = self->image->pixels + (gsize)self->codec.output_scanline * width * 3;
      JSAMPROW row = self->ink != NULL ? self->ink : rgb;

      jpeg_read_scanlines (&self->codec, &row, 1);
      if (self->ink != NULL)
        ink_to_rgb (self->ink, rgb, width);
    }
}

static gboolean
decode (Decoder *self, const guint8 *data, gsize size)
{
  if (setjmp (self->escape))
    return FALSE;
  prepare (self, data, size);
  jpeg_read_header (&self->codec, TRUE);
  read_orientation (self);
  choose_colours (self);
  self->image = kappa_image_try_new (self->name, self->codec.image_width, self->codec.image_height,
                                     (guint64)size * MAX_PIXELS_PER_BYTE, &self->error);
  if (self->image == NULL)
    return FALSE;
  self->codec.dct_method = JDCT_ISLOW;
  self->codec.do_fancy_upsampling = TRUE;
  jpeg_start_decompress (&self->codec);
  read_rows (self);
  jpeg_finish_decompress (&self->codec);
  return TRUE;
}

KappaImage *
kappa_image_decode_jpeg (const char *name,
                         const guint8 *data,
                         gsize size,
                         GCancellable *cancellable,
                         GError **error)
{
  /* On the heap, so that what was written before a jump is still there after it. */
  g_autofree Decoder *self = g_new0 (Decoder, 1);
  gboolean done;

  self->name = name;
  self->cancellable = cancellable;
  done = decode (self, data, size);
  jpeg_destroy_decompress (&self->codec);
  g_free (self->ink);
  if (done)
    return kappa_image_take_upright (self->image, self->orientation);
  g_clear_pointer (&self->image, kappa_image_unref);
  g_propagate_error (error, self->error);
  return NULL;
}
