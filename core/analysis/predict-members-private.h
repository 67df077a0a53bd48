#pragma once

#include "core/analysis/objective.h"
#include "core/analysis/predict-members.h"

typedef struct
{
  KappaModel *model;
  KappaBatchSource *batches; /* one for all that prepare images in the same way */
  gboolean shares;           /* whether it is that of a member before */
  KappaObjective *objective;
} KappaPredictMember;

struct _KappaPredictMembers
{
  KappaPredictOptions options;
  guint n, n_views, n_classes;
  KappaPredictMember *members;
  int plain; /* the view that is the preset's own crop, the same of all members; -1 for none */
  guint n_predictions;
  KappaPrediction *predictions;
  double **scores; /* of each prediction, a row for each image of a block */
};
