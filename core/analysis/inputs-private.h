#pragma once

#include "core/analysis/inputs.h"

/* One input: a text, what was told about it, and once it is open, what it is. */
typedef struct
{
  char *name;
  KappaInputKind kind;
  char *source;
  GHashTable *options;
  char *expected_hash; /* as a recipe has it; NULL if nothing is expected */
  char *hash;
  KappaModel *model;
  KappaDataset *dataset;
  KappaSelection *selection;
  KappaBatchSource *batches; /* the images, once they were wanted */
  gboolean batches_need_labels;
} KappaInput;

struct _KappaInputs
{
  GObject parent_instance;

  GPtrArray *items; /* of Input, in the order in which they were given */
};

KappaInput *kappa_inputs_find (KappaInputs *self, const char *name, guint index);
