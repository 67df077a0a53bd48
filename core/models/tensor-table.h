#pragma once

#include "core/formats/tensor-file.h"
#include "core/graph/graph.h"
#include "core/models/key-scheme.h"

/*
 * The tensors of a file as recognition sees them: names and shapes, no values. A view looks at a table through a
 * key scheme: it is asked for canonical names and answers in canonical axes.
 */

/**
 * KappaTensorEntry:
 * @real: whether the elements are floating-point numbers
 * @index: which tensor of the file it is
 */
typedef struct
{
  char *name;
  KappaShape shape;
  gboolean real;
  guint index;
} KappaTensorEntry;

typedef struct _KappaTensorTable KappaTensorTable;

#define KAPPA_TENSOR_MAX_PARTS 3

/**
 * KappaTensorPlace:
 * @n_parts: how many tensors of the file it is made of
 * @parts: they, one behind the other along the canonical axis 0, equal in shape
 * @axes: (nullable): the order of the axes of each, as in #KappaKeyRule
 * @slice: which slice of a part along its first axis in the file; -1 for all
 * @stored: the shape of a part, or of the slice, in the file's axes
 * @shape: of the whole, in canonical axes
 *
 * Where a file has what a builder asks for.
 */
typedef struct
{
  guint n_parts;
  const KappaTensorEntry *parts[KAPPA_TENSOR_MAX_PARTS];
  const char *axes;
  gint64 slice;
  KappaShape stored;
  KappaShape shape;
} KappaTensorPlace;

typedef struct
{
  const KappaTensorTable *table;
  const KappaKeyScheme *scheme;
} KappaTensorView;

KappaTensorTable       *kappa_tensor_table_new          (void);
KappaTensorTable       *kappa_tensor_table_new_for_file (KappaTensorFile *file);
void                    kappa_tensor_table_free         (KappaTensorTable *self);
void                    kappa_tensor_table_add          (KappaTensorTable *self, const char *name,
                                                         const KappaShape *shape, gboolean real, guint index);
void                    kappa_tensor_table_count_from_one (KappaTensorTable *self);
guint                   kappa_tensor_table_get_n        (const KappaTensorTable *self);
const KappaTensorEntry *kappa_tensor_table_get          (const KappaTensorTable *self, guint i);
const KappaTensorEntry *kappa_tensor_table_lookup       (const KappaTensorTable *self, const char *name);
const KappaTensorEntry *kappa_tensor_table_match        (const KappaTensorTable *self, const char *glob);

gboolean                kappa_tensor_view_find          (const KappaTensorView *self, const char *canonical,
                                                         KappaTensorPlace *place);
const KappaTensorEntry *kappa_tensor_view_lookup        (const KappaTensorView *self, const char *canonical,
                                                         KappaShape *shape);
gboolean                kappa_tensor_view_has           (const KappaTensorView *self, const char *canonical);
gint64                  kappa_tensor_view_get_dim       (const KappaTensorView *self, const char *canonical, guint rank,
                                                         guint axis);
guint                   kappa_tensor_view_count         (const KappaTensorView *self, const char *prefix,
                                                         const char *suffix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaTensorTable, kappa_tensor_table_free)
