#include "core/base/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

static const gsize large_page = 2 << 20;

/* Below that the pages saved are not worth the room lost to rounding. */
static const gsize worth_it = 8 << 20;

/**
 * kappa_pages_allocate:
 * @size: bytes
 *
 * Memory for numbers: aligned to a cache line; large blocks in large pages where the system has them, since bringing in
 * and finding small ones takes a fifth of the time of a short run of a large network.
 *
 * Returns: (transfer full): to be freed with free(); ends the program when there is none, as GLib does
 */
void *
kappa_pages_allocate (gsize size)
{
  gsize unit = size >= worth_it ? large_page : 64;
  gsize rounded = (MAX (size, 1) + unit - 1) / unit * unit;
  void *memory = aligned_alloc (unit, rounded);

  if (memory == NULL)
    g_error ("out of memory: %" G_GSIZE_FORMAT " bytes", size);
  if (unit == large_page)
    madvise (memory, rounded, MADV_HUGEPAGE);
  return memory;
}
