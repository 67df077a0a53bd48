#pragma once

#include "core/graph/graph.h"

/*
 * The same network is stored under many sets of names. A key scheme is a table of rules that turn a builder's
 * canonical name into the name in the file, and say how the axes lie there; it never is another builder.
 */

/**
 * KappaKeyRule:
 * @canonical: pattern of canonical names: `{x}` stands for digits, x any letter, `{*}` for the rest of the name
 * @file: the name in the file: `{x}`, `{x+1}`, `{x-1}` and `{x*6+13}` are replaced by the number found, times and plus
 *   what stands behind it, `{x:a}` and `{x-1:a}` by a letter, a for 0 and so on, `{*}` by the rest.
 *   Several names separated by `|` are parts of one shape, one behind the other along the canonical axis 0
 * @axes: (nullable): the file's axis for each canonical axis, as digits: "3201" reads a HWIO kernel as OIHW, and
 *   axes in parentheses are one: "(12)0". "[x]" before them takes the slice of number x along the file's first
 *   axis, which they then do not count. %NULL where the axes are the same
 */
typedef struct
{
  const char *canonical;
  const char *file;
  const char *axes;
} KappaKeyRule;

/**
 * KappaKeyScheme:
 * @name: for people, e.g. "torchvision and timm"
 * @rules: (array length=n_rules): the first that matches counts; 0 rules mean that all names are canonical
 */
typedef struct
{
  const char *name;
  const KappaKeyRule *rules;
  guint n_rules;
} KappaKeyScheme;

/**
 * KappaKeyPlace:
 * @names: what the file calls it, several names separated by `|`
 * @axes: (nullable): as in a rule, without "[x]"
 * @slice: which slice along the file's first axis; -1 for all
 */
typedef struct
{
  char *names;
  const char *axes;
  gint64 slice;
} KappaKeyPlace;

gboolean kappa_key_scheme_find          (const KappaKeyScheme *self, const char *canonical, KappaKeyPlace *place);
gboolean kappa_key_axes_apply           (const char *axes, const KappaShape *file, KappaShape *canonical);
void     kappa_key_axes_permute         (const char *axes, const KappaShape *file, const void *in, void *out,
                                         gsize element_size);
