#include "core/models/blocks-private.h"

#include <string.h>

/* From leaves one behind the other to blocks and stages. */

/* Some leaves of a trace that lie one behind the other; several of them make a group. */
typedef struct
{
  char *name; /* NULL for a leaf by itself */
  const char *kind;
  guint first, last;
} Item;

/* Groups of fewer leaves than this that no name asks for hide more than they tell. */
#define LEAST_GROUPED 3
/* So many equal blocks are shown as one. */
#define LEAST_REPEATED 3

static const KappaLeaf *
leaf_at (const KappaTrace *trace, guint leaf)
{
  return &g_array_index (trace->leaves, KappaLeaf, leaf);
}

static void
clear_item (gpointer data)
{
  g_free (((Item *)data)->name);
}

void
kappa_block_free (KappaBlock *block)
{
  g_free (block->name);
  g_free (block->title);
  g_free (block->result);
  g_free (block->attention);
  g_clear_pointer (&block->children, g_array_unref);
  g_free (block);
}

static gboolean
is_under (const char *name, const char *group)
{
  gsize length = strlen (group);

  return strncmp (name, group, length) == 0 && name[length] == '.';
}

static void
add_item (GArray *items, const char *name, const char *kind, guint first, guint last)
{
  Item item = { g_strdup (name), kind, first, last };

  g_array_append_val (items, item);
}

/* The first word of a layer's name; a join goes with the layer before it. */
static char *
first_word (const KappaTrace *trace, guint leaf)
{
  const KappaLeaf *named = leaf_at (trace, leaf);
  const char *dot;

  while (named->type == KAPPA_BLOCK_JOIN)
    named = leaf_at (trace, --leaf);
  dot = strchr (named->name, '.');
  return dot != NULL ? g_strndup (named->name, (gsize)(dot - named->name)) : g_strdup (named->name);
}

/* Leaves outside all blocks: those whose names begin alike belong together. */
static void
add_between (const KappaTrace *trace, GArray *items, guint first, guint end)
{
  while (first < end)
    {
      g_autofree char *word = first_word (trace, first);
      guint next = first + 1;

      for (; next < end; next++)
        {
          g_autofree char *other = first_word (trace, next);

          if (strcmp (word, other) != 0)
            break;
        }
      if (next - first >= LEAST_GROUPED)
        add_item (items, word, "block", first, next - 1);
      else
        for (guint i = first; i < next; i++)
          add_item (items, NULL, NULL, i, i);
      first = next;
    }
}

/* The leaf through which everything passes that reaches @leaf, the last such. */
static int
common_source (const int *above, int a, int b)
{
  while (a != b)
    if (a > b)
      a = above[a];
    else
      b = above[b];
  return a;
}

static int *
find_sources (const KappaTrace *trace)
{
  int *above = g_new (int, trace->leaves->len);

  for (guint i = 0; i < trace->leaves->len; i++)
    {
      const GArray *inputs = leaf_at (trace, i)->inputs;

      above[i] = inputs->len > 0 ? (int)g_array_index (inputs, guint, 0) : -1;
      for (guint k = 1; k < inputs->len; k++)
        above[i] = common_source (above, above[i], (int)g_array_index (inputs, guint, k));
    }
  return above;
}

/* Where a block begins that ends at @last: with the first layer that bears its name; if none does,
 * behind the place where its branches part. */
static guint
find_begin (const KappaTrace *trace, const int *above, guint cursor, guint last)
{
  const char *name = leaf_at (trace, last)->block_name;

  for (guint i = cursor; i <= last; i++)
    if (leaf_at (trace, i)->type == KAPPA_BLOCK_LAYER && is_under (leaf_at (trace, i)->name, name))
      return i;
  return MAX (cursor, (guint)(above[last] + 1));
}

/* Without blocks: what is computed on one size of image belongs together. */
static void
add_by_size (const KappaTrace *trace, GArray *items, guint first, guint end)
{
  guint n = 0;

  while (first < end)
    {
      const KappaLeaf *source;
      guint next = first;
      gint64 size = -1;

      for (; next < end; next++)
        {
          const GArray *inputs = leaf_at (trace, next)->inputs;

          source = inputs->len > 0 ? leaf_at (trace, g_array_index (inputs, guint, 0)) : NULL;
          if (source == NULL || source->output.rank != 3 || leaf_at (trace, next)->output.rank != 3)
            break;
          if (size >= 0 && source->output.dims[1] != size)
            break;
          size = source->output.dims[1];
        }
      if (next - first >= LEAST_GROUPED)
        {
          g_autofree char *name = g_strdup_printf ("stage%u", ++n);

          add_item (items, name, "stage", first, next - 1);
        }
      else
        for (guint i = first; i < MAX (next, first + 1); i++)
          add_item (items, NULL, NULL, i, i);
      first = MAX (next, first + 1);
    }
}

static guint
find_stem_end (const KappaTrace *trace)
{
  for (guint i = 0; i < trace->leaves->len; i++)
    if ((leaf_at (trace, i)->flags & KAPPA_ACTIVATION_STEM) != 0)
      return i;
  return 0;
}

static GArray *
list_items (const KappaTrace *trace)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_autofree int *above = find_sources (trace);
  const guint end = trace->leaves->len - 1, stem = find_stem_end (trace);
  guint cursor = 1;
  gboolean has_blocks = FALSE;

  g_array_set_clear_func (items, clear_item);
  for (guint i = 1; i < end; i++)
    has_blocks |= leaf_at (trace, i)->block_name != NULL;
  add_item (items, NULL, NULL, 0, 0);
  if (!has_blocks)
    add_by_size (trace, items, cursor, end);
  else if (stem >= LEAST_GROUPED)
    {
      add_item (items, "stem", "first layers", cursor, stem);
      cursor = stem + 1;
    }
  for (guint i = cursor; has_blocks && i < end; i++)
    if (leaf_at (trace, i)->block_name != NULL)
      {
        guint begin = find_begin (trace, above, cursor, i);

        add_between (trace, items, cursor, begin);
        add_item (items, leaf_at (trace, i)->block_name, "block", begin, i);
        cursor = i + 1;
      }
  if (has_blocks)
    add_between (trace, items, cursor, end);
  add_item (items, NULL, NULL, end, end);
  return items;
}

static KappaBlock *
block_at (const KappaBlocks *self, guint block)
{
  return self->blocks->pdata[block];
}

static guint
add_block (KappaBlocks *self, KappaBlockType type, const char *name, const char *kind, guint parent)
{
  KappaBlock *block = g_new0 (KappaBlock, 1);
  guint index = self->blocks->len;

  block->type = type;
  block->name = g_strdup (name);
  block->kind = kind;
  block->parent = parent;
  block->layer = KAPPA_BLOCK_NONE;
  block->n_leaves = 0;
  if (type == KAPPA_BLOCK_GROUP || type == KAPPA_BLOCK_REPEAT)
    block->children = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->blocks, block);
  if (parent != KAPPA_BLOCK_NONE)
    g_array_append_val (block_at (self, parent)->children, index);
  return index;
}

static guint
add_leaf_block (KappaBlocks *self, const KappaTrace *trace, guint leaf, guint parent)
{
  const KappaLeaf *traced = leaf_at (trace, leaf);
  guint index = add_block (self, traced->type, traced->name, traced->kind, parent);
  KappaBlock *block = block_at (self, index);

  block->then = traced->then;
  block->first_leaf = leaf;
  block->n_leaves = 1;
  block->layer = traced->layer;
  block->result = g_strdup (traced->result != NULL              ? traced->result
                            : traced->type == KAPPA_BLOCK_LAYER ? traced->name
                                                                : NULL);
  block->attention = g_strdup (traced->attention);
  block->output = traced->output;
  block->input = traced->inputs->len > 0
                     ? leaf_at (trace, g_array_index (traced->inputs, guint, 0))->output
                     : traced->output;
  block->n_results = (guint64)kappa_shape_size (&traced->output);
  g_array_index (self->leaves, guint, leaf) = index;
  return index;
}

static void
add_item_block (KappaBlocks *self, const KappaTrace *trace, const Item *item, guint parent)
{
  guint group = parent;

  if (item->name != NULL)
    group = add_block (self, KAPPA_BLOCK_GROUP, item->name, item->kind, parent);
  for (guint leaf = item->first; leaf <= item->last; leaf++)
    add_leaf_block (self, trace, leaf, group);
}

static gboolean
ends_stage (const KappaTrace *trace, const Item *item, const char **stage)
{
  for (guint leaf = item->first; leaf <= item->last; leaf++)
    if (leaf_at (trace, leaf)->stage != NULL)
      {
        *stage = leaf_at (trace, leaf)->stage;
        return TRUE;
      }
  return FALSE;
}

/* The items from @i on that are one stage: how many; a stage begins with a block. */
static guint
measure_stage (const KappaTrace *trace, const GArray *items, guint i, const char **stage)
{
  const Item *first = &g_array_index (items, Item, i);

  if (first->kind == NULL || strcmp (first->kind, "block") != 0
      || leaf_at (trace, first->last)->block_name == NULL)
    return 0;
  for (guint k = i; k < items->len; k++)
    if (ends_stage (trace, &g_array_index (items, Item, k), stage))
      return k - i + 1;
  return 0;
}

static void
add_all (KappaBlocks *self, const KappaTrace *trace, const GArray *items, guint root)
{
  for (guint i = 0; i < items->len;)
    {
      const char *stage = NULL;
      guint n = measure_stage (trace, items, i, &stage), parent = root;

      if (n > 1)
        parent = add_block (self, KAPPA_BLOCK_GROUP, stage, "stage", root);
      for (n = MAX (n, 1); n > 0; n--)
        add_item_block (self, trace, &g_array_index (items, Item, i++), parent);
    }
}

/* What is the same in two blocks that differ in nothing but their weights. */
static void
write_likeness (const KappaBlocks *self, guint index, GString *text)
{
  const KappaBlock *block = block_at (self, index);
  g_autofree char *input = kappa_shape_to_string (&block->input),
                  *output = kappa_shape_to_string (&block->output);

  g_string_append_printf (text, "(%d %s %s %s %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                          block->type, block->kind, block->then != NULL ? block->then : "-", input,
                          output, block->n_parameters, block->macs);
  for (guint i = 0; block->children != NULL && i < block->children->len; i++)
    write_likeness (self, g_array_index (block->children, guint, i), text);
  g_string_append_c (text, ')');
}

static char *
make_likeness (const KappaBlocks *self, guint index)
{
  GString *text = g_string_new (NULL);

  if (block_at (self, index)->type == KAPPA_BLOCK_GROUP)
    write_likeness (self, index, text);
  return g_string_free (text, FALSE);
}

/* Puts a new group around @n children of @group; returns what is now in their place. */
static guint
wrap (KappaBlocks *self, guint group, guint first, guint n)
{
  GArray *children = block_at (self, group)->children;
  const guint head = g_array_index (children, guint, first),
              last = g_array_index (children, guint, first + n - 1);
  g_autofree char *name
      = g_strdup_printf ("%s … %s", block_at (self, head)->name, block_at (self, last)->name);
  guint index = add_block (self, KAPPA_BLOCK_REPEAT, name, "equal blocks", KAPPA_BLOCK_NONE);
  KappaBlock *repeat = block_at (self, index);

  repeat->parent = group;
  g_array_append_vals (repeat->children, &g_array_index (children, guint, first), n);
  for (guint i = 0; i < n; i++)
    block_at (self, g_array_index (repeat->children, guint, i))->parent = index;
  g_array_remove_range (children, first, n);
  g_array_insert_val (children, first, index);
  return index;
}

static void
fold_repeats (KappaBlocks *self, guint group)
{
  GArray *children = block_at (self, group)->children;

  for (guint i = 0; i < children->len; i++)
    {
      g_autofree char *like = make_likeness (self, g_array_index (children, guint, i));
      guint n = 1;

      for (; *like != '\0' && i + n < children->len; n++)
        {
          g_autofree char *other = make_likeness (self, g_array_index (children, guint, i + n));

          if (strcmp (like, other) != 0)
            break;
        }
      if (n >= LEAST_REPEATED && n < children->len)
        wrap (self, group, i, n);
    }
}

static void
fold_all (KappaBlocks *self)
{
  const guint n = self->blocks->len;

  for (guint i = 0; i < n; i++)
    if (block_at (self, i)->type == KAPPA_BLOCK_GROUP)
      fold_repeats (self, i);
}

static void
add_edges (KappaBlocks *self, const KappaTrace *trace)
{
  for (guint to = 0; to < trace->leaves->len; to++)
    for (guint i = 0; i < leaf_at (trace, to)->inputs->len; i++)
      {
        guint from = g_array_index (leaf_at (trace, to)->inputs, guint, i);
        KappaBlockEdge edge = { g_array_index (self->leaves, guint, from),
                                g_array_index (self->leaves, guint, to) };

        g_array_append_val (self->edges, edge);
      }
}

/* From the leaves up; a group's input is what its first leaf takes, its output what its last gives.
 */
static void
sum_up (KappaBlocks *self, guint index)
{
  KappaBlock *block = block_at (self, index);
  guint n_attentions = 0;

  for (guint i = 0; block->children != NULL && i < block->children->len; i++)
    {
      guint child_index = g_array_index (block->children, guint, i);
      const KappaBlock *child = block_at (self, child_index);

      sum_up (self, child_index);
      if (i == 0)
        {
          block->first_leaf = child->first_leaf;
          block->input = child->input;
        }
      block->n_leaves += child->n_leaves;
      block->n_parameters += child->n_parameters;
      block->macs += child->macs;
      block->n_results += child->n_results;
      block->output = child->output;
      g_free (block->result);
      block->result = g_strdup (child->result);
      if (child->attention != NULL && n_attentions++ == 0)
        block->attention = g_strdup (child->attention);
    }
  if (n_attentions > 1)
    g_clear_pointer (&block->attention, g_free);
}

/* Joins in a group are told apart by numbers, and named after it. */
static void
name_joins (KappaBlocks *self, const KappaBlock *group)
{
  for (guint i = 0; i < group->children->len; i++)
    {
      KappaBlock *join = block_at (self, g_array_index (group->children, guint, i));
      guint n = 1;

      if (join->type != KAPPA_BLOCK_JOIN)
        continue;
      for (guint k = 0; k < i; k++)
        {
          const KappaBlock *other = block_at (self, g_array_index (group->children, guint, k));

          n += other->type == KAPPA_BLOCK_JOIN && other->kind == join->kind;
        }
      g_free (join->name);
      join->name = group->parent == KAPPA_BLOCK_NONE
                       ? g_strdup (join->kind)
                       : g_strdup_printf ("%s.%s", group->name, join->kind);
      if (n > 1)
        {
          char *numbered = g_strdup_printf ("%s%u", join->name, n);

          g_free (join->name);
          join->name = numbered;
        }
    }
}

/* "blocks.0 … 11" for "blocks.0" to "blocks.11". */
static char *
make_repeat_title (const KappaBlocks *self, const KappaBlock *repeat)
{
  const char *first = block_at (self, g_array_index (repeat->children, guint, 0))->name;
  const char *last
      = block_at (self, g_array_index (repeat->children, guint, repeat->children->len - 1))->name;
  const char *dot = strrchr (first, '.');
  const gsize length = dot != NULL ? (gsize)(dot - first) + 1 : 0;

  return g_strdup_printf ("%s … %s", first,
                          last + (strncmp (first, last, length) == 0 ? length : 0));
}

static void
set_titles (KappaBlocks *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    if (block_at (self, i)->children != NULL)
      name_joins (self, block_at (self, i));
  for (guint i = 0; i < self->blocks->len; i++)
    {
      KappaBlock *block = block_at (self, i);
      const KappaBlock *group
          = block->parent != KAPPA_BLOCK_NONE ? block_at (self, block->parent) : NULL;

      if (block->type == KAPPA_BLOCK_REPEAT)
        block->title = make_repeat_title (self, block);
      else if (group != NULL && block->children == NULL && is_under (block->name, group->name))
        block->title = g_strdup (block->name + strlen (group->name) + 1);
      else
        block->title = g_strdup (block->name);
    }
}

/**
 * kappa_blocks_new_from_trace:
 *
 * Returns: (transfer full): the leaves in blocks, in stages
 */
KappaBlocks *
kappa_blocks_new_from_trace (const KappaTrace *trace, const KappaNetworkListing *listing)
{
  KappaBlocks *self = g_new0 (KappaBlocks, 1);
  g_autoptr (GArray) items = list_items (trace);
  guint root;

  g_atomic_ref_count_init (&self->references);
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_block_free);
  self->leaves = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_set_size (self->leaves, trace->leaves->len);
  self->edges = g_array_new (FALSE, FALSE, sizeof (KappaBlockEdge));
  root = add_block (self, KAPPA_BLOCK_GROUP, "network", "network", KAPPA_BLOCK_NONE);
  add_all (self, trace, items, root);
  for (guint leaf = 0; leaf < trace->leaves->len; leaf++)
    {
      KappaBlock *block = block_at (self, g_array_index (self->leaves, guint, leaf));

      if (block->layer == KAPPA_BLOCK_NONE)
        continue;
      block->n_parameters = g_array_index (listing->layers, KappaLayer, block->layer).n_parameters;
      block->macs = g_array_index (listing->layers, KappaLayer, block->layer).macs;
    }
  fold_all (self);
  add_edges (self, trace);
  sum_up (self, root);
  set_titles (self);
  self->n_nodes = trace->n_nodes;
  self->leaf_of_node = g_memdup2 (trace->leaf_of_node, trace->n_nodes * sizeof (guint));
  return self;
}
