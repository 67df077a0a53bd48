#include "core/analysis/memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

/* A number of bytes at the beginning of a one-line file of the kernel; G_MAXUINT64 if there is none
 * ("max"). */
static guint64
read_number (const char *path)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_ascii_isdigit (*text))
    return G_MAXUINT64;
  return g_ascii_strtoull (text, NULL, 10);
}

static guint64
machine_free (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return G_MAXUINT64;
  line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) << 10
                      : G_MAXUINT64;
}

/* What a container leaves us, where we run in one. */
static guint64
container_free (void)
{
  guint64 limit = read_number ("/sys/fs/cgroup/memory.max");
  guint64 used = read_number ("/sys/fs/cgroup/memory.current");

  if (limit == G_MAXUINT64 || used == G_MAXUINT64)
    return G_MAXUINT64;
  return limit > used ? limit - used : 0;
}

/**
 * kappa_memory_get_budget:
 *
 * Returns: bytes that a run may use: what the context says, else nine tenths of what machine and
 * container have free; G_MAXUINT64 where neither tells
 */
guint64
kappa_memory_get_budget (const KappaContext *context)
{
  guint64 left;

  if (context->memory_budget > 0)
    return context->memory_budget;
  left = MIN (machine_free (), container_free ());
  return left == G_MAXUINT64 ? left : left / 10 * 9;
}

/**
 * kappa_memory_check:
 * @bytes: predicted peak
 * @what: what needs it, the subject of the message
 *
 * Returns: %FALSE with %KAPPA_ERROR_MEMORY and both numbers if it does not fit
 */
gboolean
kappa_memory_check (const KappaContext *context, guint64 bytes, const char *what, GError **error)
{
  guint64 budget = kappa_memory_get_budget (context);
  g_autofree char *needed = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *available = g_format_size_full (budget, G_FORMAT_SIZE_IEC_UNITS);

  if (bytes <= budget)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
               "%s needs %s of memory at its peak, but only %s may be used. Use fewer threads or "
               "images, or free some memory",
               what, needed, available);
  return FALSE;
}
