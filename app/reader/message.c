#include "app/reader/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory is limited; without it there is nothing to do but end, and the other side says what that
 * means. */
void *
reader_allocate (size_t size)
{
  void *memory = calloc (1, size > 0 ? size : 1);

  if (memory == NULL)
    {
      static const char text[] = "the file asks for more memory than the reader may use";
      const KappaReaderFrame frame = { KAPPA_READER_ERROR, 8 + sizeof text - 1 };
      const uint32_t head[2] = { KAPPA_READER_UNSUPPORTED, sizeof text - 1 };

      reader_send_bytes (&frame, sizeof frame);
      reader_send_bytes (head, sizeof head);
      reader_send_bytes (text, sizeof text - 1);
      _exit (3);
    }
  return memory;
}

void
reader_add_bytes (ReaderMessage *message, const void *data, size_t size)
{
  if (size == 0)
    return;
  if (message->room - message->size < size)
    {
      size_t room = 2 * message->room + size + 256;
      uint8_t *larger = reader_allocate (room);

      if (message->size > 0)
        memcpy (larger, message->data, message->size);
      free (message->data);
      message->data = larger;
      message->room = room;
    }
  memcpy (message->data + message->size, data, size);
  message->size += size;
}

void
reader_add_u32 (ReaderMessage *message, uint32_t value)
{
  reader_add_bytes (message, &value, sizeof value);
}

void
reader_add_u64 (ReaderMessage *message, uint64_t value)
{
  reader_add_bytes (message, &value, sizeof value);
}

/* NULL is the empty text. */
void
reader_add_text (ReaderMessage *message, const char *text)
{
  size_t length = text != NULL ? strlen (text) : 0;

  reader_add_u32 (message, (uint32_t)length);
  reader_add_bytes (message, text, length);
}

void
reader_send_bytes (const void *data, size_t size)
{
  const uint8_t *bytes = data;

  while (size > 0)
    {
      ssize_t n = write (KAPPA_READER_SOCKET, bytes, size);

      if (n <= 0)
        _exit (1); /* nobody listens any more */
      bytes += n;
      size -= (size_t)n;
    }
}

/* Sends a frame and empties the message. */
void
reader_send (uint32_t kind, ReaderMessage *message)
{
  const KappaReaderFrame frame = { kind, (uint32_t)message->size };

  reader_send_bytes (&frame, sizeof frame);
  reader_send_bytes (message->data, message->size);
  free (message->data);
  *message = (ReaderMessage) { 0 };
}

char *
reader_format (const char *format, ...)
{
  char text[1024];
  va_list args;

  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  return strcpy (reader_allocate (strlen (text) + 1), text);
}

void
reader_send_error (uint32_t code, const char *format, ...)
{
  ReaderMessage message = { 0 };
  char text[1024];
  va_list args;

  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  reader_add_u32 (&message, code);
  reader_add_text (&message, text);
  reader_send (KAPPA_READER_ERROR, &message);
}

static herr_t
remember (unsigned n, const H5E_error2_t *error, void *data)
{
  char *text = data;

  /* Walking upward begins with the innermost, which is the one that says what is wrong. */
  if (n == 0 && error->desc != NULL)
    snprintf (text, 200, "%s", error->desc);
  return 0;
}

/* What libhdf5 complains of, in its own words. */
char *
reader_blame (void)
{
  char text[200] = "libhdf5 does not say why";

  H5Ewalk2 (H5E_DEFAULT, H5E_WALK_UPWARD, remember, text);
  H5Eclear2 (H5E_DEFAULT);
  return reader_format ("%s", text);
}
