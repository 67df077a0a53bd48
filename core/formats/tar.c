#include "core/formats/tar.h"

#include <string.h>

/*
 * POSIX tar with pax headers, as much of it as is needed to find four members: regular files only,
 * and no header that would change a name or a size, since readers differ in what they make of
 * those. (POSIX.1-2017, pax, ustar format.)
 */

#define BLOCK       512
#define MAX_MEMBERS 1024
#define MAX_PAX     ((guint64)65536)
#define MAX_PADDING ((guint64)65536)

static gboolean
fail (KappaSource *source, GError **error, guint64 offset, const char *what)
{
  return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                            "tar archive: the header at byte %" G_GUINT64_FORMAT " %s", offset,
                            what);
}

/* Octal digits, after and before spaces and zero bytes. */
static gboolean
parse_octal (const guint8 *field, gsize width, guint64 *number)
{
  gsize i = 0;

  *number = 0;
  while (i < width && field[i] == ' ')
    i++;
  if (i == width || field[i] < '0' || field[i] > '7')
    return FALSE;
  for (; i < width && field[i] >= '0' && field[i] <= '7'; i++)
    *number = *number << 3 | (guint64)(field[i] - '0');
  for (; i < width; i++)
    if (field[i] != ' ' && field[i] != '\0')
      return FALSE;
  return TRUE;
}

/* The sum of all bytes, where those of the sum itself count as spaces. */
static gboolean
checksum_is_right (const guint8 header[BLOCK])
{
  guint64 stated, sum = 0;

  for (gsize i = 0; i < BLOCK; i++)
    sum += i >= 148 && i < 156 ? ' ' : header[i];
  return parse_octal (header + 148, 8, &stated) && stated == sum;
}

/* Records "LENGTH KEY=VALUE\n"; times, owners and comments may be there, anything else may not. */
static gboolean
check_pax (KappaSource *source, guint64 offset, guint64 size, GError **error)
{
  static const char *const harmless[]
      = { "mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment", NULL };
  g_autofree char *text = NULL;
  char *at, *end;

  if (size > MAX_PAX)
    return fail (source, error, offset, "has more than 64 KiB of extensions");
  text = g_malloc (size + 1);
  text[size] = '\0';
  if (!kappa_source_read (source, offset, text, size, error))
    return FALSE;
  for (at = text, end = text + size; at < end;)
    {
      char *rest, *equals;
      guint64 length = g_ascii_strtoull (at, &rest, 10);
      g_autofree char *key = NULL;

      if (!g_ascii_isdigit (*at) || *rest != ' ' || length > (guint64)(end - at)
          || at + length <= rest || at[length - 1] != '\n')
        return fail (source, error, offset, "has broken extensions");
      equals = memchr (rest, '=', (gsize)(at + length - rest));
      key = g_strndup (rest + 1, equals != NULL ? (gsize)(equals - rest - 1) : 0);
      if (!g_strv_contains (harmless, key))
        return fail (source, error, offset,
                     "has extensions that change what the member is; they are not read");
      at += length;
    }
  return TRUE;
}

static gboolean
add_member (KappaSource *source,
            GArray *members,
            const guint8 *header,
            guint64 offset,
            guint64 size,
            GError **error)
{
  KappaTarMember member = { .offset = offset + BLOCK, .size = size };

  if (members->len >= MAX_MEMBERS)
    return fail (source, error, offset,
                 "is one too many: no checkpoint has more than 1,024 members");
  if (header[0] == '\0' || memchr (header, '\0', 100) == NULL || header[345] != '\0'
      || !g_utf8_validate_len ((const char *)header, strlen ((const char *)header), NULL))
    return fail (source, error, offset, "has a name that is not read");
  member.name = g_strdup ((const char *)header);
  for (guint i = 0; i < members->len; i++)
    if (strcmp (g_array_index (members, KappaTarMember, i).name, member.name) == 0)
      {
        g_free (member.name);
        return fail (source, error, offset, "has a name that appears twice");
      }
  g_array_append_val (members, member);
  return TRUE;
}

/* One header and what follows it; @offset moves on to the next. */
static gboolean
read_member (KappaSource *source,
             GArray *members,
             const guint8 header[BLOCK],
             guint64 *offset,
             GError **error)
{
  guint64 left = kappa_source_get_size (source) - *offset - BLOCK, size;

  if (memcmp (header + 257, "ustar", 5) != 0 || !checksum_is_right (header))
    return fail (source, error, *offset, "is damaged");
  if (!parse_octal (header + 124, 12, &size))
    return fail (source, error, *offset, "has a size that is not a number");
  if (size > left)
    return fail (source, error, *offset,
                 "has a size beyond the end: the file is truncated (was a download interrupted?)");
  if (header[156] == 'x' || header[156] == 'g')
    {
      if (!check_pax (source, *offset + BLOCK, size, error))
        return FALSE;
    }
  else if (header[156] != '0' && header[156] != '\0')
    return fail (source, error, *offset, "is for something that is not a regular file");
  else if (!add_member (source, members, header, *offset, size, error))
    return FALSE;
  *offset += BLOCK + MIN ((size + BLOCK - 1) / BLOCK * BLOCK, left);
  return TRUE;
}

static gboolean
is_zero (const guint8 block[BLOCK])
{
  for (gsize i = 0; i < BLOCK; i++)
    if (block[i] != 0)
      return FALSE;
  return TRUE;
}

/* Archives are filled up with zeros, to 10 KiB as a rule; anything else there would be read by some
 * and not by others. */
static gboolean
check_rest (KappaSource *source, guint64 offset, GError **error)
{
  guint64 left = kappa_source_get_size (source) - offset;
  guint8 block[BLOCK] = { 0 };

  if (left > MAX_PADDING)
    return fail (source, error, offset, "ends the archive, but the file goes on");
  for (; left > 0; left -= MIN (left, BLOCK), offset += BLOCK)
    {
      if (!kappa_source_read (source, offset, block, MIN (left, BLOCK), error))
        return FALSE;
      if (!is_zero (block))
        return fail (source, error, offset, "follows the end of the archive");
    }
  return TRUE;
}

static void
clear_member (gpointer data)
{
  g_free (((KappaTarMember *)data)->name);
}

/**
 * kappa_tar_list:
 *
 * Returns: (transfer full) (element-type KappaTarMember): the members; %NULL with
 * %KAPPA_ERROR_FORMAT
 */
GArray *
kappa_tar_list (KappaSource *source, GError **error)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (KappaTarMember));
  guint8 header[BLOCK];
  guint64 offset = 0;

  g_array_set_clear_func (members, clear_member);
  for (;;)
    {
      if (!kappa_source_read (source, offset, header, BLOCK, error))
        return NULL;
      if (is_zero (header))
        return check_rest (source, offset, error) ? g_steal_pointer (&members) : NULL;
      if (!read_member (source, members, header, &offset, error))
        return NULL;
    }
}
