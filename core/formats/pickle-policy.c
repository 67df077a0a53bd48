#include "core/formats/pickle-private.h"

#include <string.h>

/*
 * The names a pickle may mention. None of them is ever looked up in anything but this table; the
 * uses say which instructions may be applied to them, so that a known name in an unknown role is
 * refused too.
 */

#define TORCH (KAPPA_PICKLE_CHECKPOINT | KAPPA_PICKLE_TAR)
#define ANY   (TORCH | KAPPA_PICKLE_DATA)
#define TAG   0

static const KappaPickleGlobal globals[] = {
  { "collections.OrderedDict", ANY, KAPPA_PICKLE_REDUCE | KAPPA_PICKLE_BUILD },
  { "torch._utils._rebuild_tensor", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch._utils._rebuild_tensor_v2", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch._utils._rebuild_tensor_v3", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch._utils._rebuild_parameter", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch._utils._rebuild_parameter_with_state", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch.FloatStorage", TORCH, TAG },
  { "torch.HalfStorage", TORCH, TAG },
  { "torch.BFloat16Storage", TORCH, TAG },
  { "torch.DoubleStorage", TORCH, TAG },
  { "torch.LongStorage", TORCH, TAG },
  { "torch.IntStorage", TORCH, TAG },
  { "torch.ShortStorage", TORCH, TAG },
  { "torch.CharStorage", TORCH, TAG },
  { "torch.ByteStorage", TORCH, TAG },
  { "torch.BoolStorage", TORCH, TAG },
  { "torch.storage.UntypedStorage", TORCH, TAG },
  { "torch.Size", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch.device", TORCH, KAPPA_PICKLE_REDUCE },
  { "torch.float16", TORCH, TAG },
  { "torch.bfloat16", TORCH, TAG },
  { "torch.float32", TORCH, TAG },
  { "torch.float64", TORCH, TAG },
  { "torch.int8", TORCH, TAG },
  { "torch.uint8", TORCH, TAG },
  { "torch.int16", TORCH, TAG },
  { "torch.uint16", TORCH, TAG },
  { "torch.int32", TORCH, TAG },
  { "torch.uint32", TORCH, TAG },
  { "torch.int64", TORCH, TAG },
  { "torch.uint64", TORCH, TAG },
  { "torch.bool", TORCH, TAG },
  { "torch.nn.parameter.Parameter", KAPPA_PICKLE_TAR, KAPPA_PICKLE_NEWOBJ | KAPPA_PICKLE_BUILD },
  { "torch.FloatTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.DoubleTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.HalfTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.LongTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.IntTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.ShortTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.CharTensor", KAPPA_PICKLE_TAR, TAG },
  { "torch.ByteTensor", KAPPA_PICKLE_TAR, TAG },
  { "argparse.Namespace", TORCH, KAPPA_PICKLE_REDUCE | KAPPA_PICKLE_NEWOBJ | KAPPA_PICKLE_BUILD },
  { "_codecs.encode", ANY, KAPPA_PICKLE_REDUCE },
  { "numpy.core.multiarray.scalar", ANY, KAPPA_PICKLE_REDUCE },
  { "numpy._core.multiarray.scalar", ANY, KAPPA_PICKLE_REDUCE },
  { "numpy.core.multiarray._reconstruct", ANY, KAPPA_PICKLE_REDUCE | KAPPA_PICKLE_BUILD },
  { "numpy._core.multiarray._reconstruct", ANY, KAPPA_PICKLE_REDUCE | KAPPA_PICKLE_BUILD },
  { "numpy.core.numeric._frombuffer", KAPPA_PICKLE_DATA, KAPPA_PICKLE_REDUCE },
  { "numpy._core.numeric._frombuffer", KAPPA_PICKLE_DATA, KAPPA_PICKLE_REDUCE },
  { "numpy.dtype", ANY, KAPPA_PICKLE_REDUCE | KAPPA_PICKLE_BUILD },
  { "numpy.ndarray", ANY, TAG },
};

/**
 * kappa_pickle_find_global:
 * @name: module and attribute, joined by a point
 *
 * Returns: (nullable): what is known about the name, %NULL if @profile has no use for it
 */
const KappaPickleGlobal *
kappa_pickle_find_global (const char *name, KappaPickleProfile profile)
{
  for (gsize i = 0; i < G_N_ELEMENTS (globals); i++)
    if ((globals[i].profiles & profile) != 0 && strcmp (globals[i].name, name) == 0)
      return &globals[i];
  return NULL;
}

static gboolean
has_prefix (const char *name, const char *const *prefixes)
{
  for (; *prefixes != NULL; prefixes++)
    if (g_str_has_prefix (name, *prefixes))
      return TRUE;
  return FALSE;
}

/**
 * kappa_pickle_explain_global:
 * @name: a name that kappa_pickle_find_global() does not know
 *
 * Returns: (transfer full): what such a name in a checkpoint means, and what to do about it
 */
char *
kappa_pickle_explain_global (const char *name)
{
  static const char *const modules[]
      = { "torch.nn.", "torchvision.", "timm.", "__main__.", "model", "net", NULL };
  static const char *const quantised[]
      = { "torch._utils._rebuild_q", "torch.QInt", "torch.QUInt", "torch.ao.", NULL };
  static const char *const sparse[] = { "torch._utils._rebuild_sparse", "torch.sparse", NULL };

  if (has_prefix (name, quantised))
    return g_strdup ("quantised tensors are not read; save the model before quantisation");
  if (has_prefix (name, sparse))
    return g_strdup ("sparse tensors are not read; save them dense");
  if (has_prefix (name, modules))
    return g_strdup ("this is a pickled module with its code's names, not only its weights; load "
                     "it where it was "
                     "made and save model.state_dict() instead");
  return g_strdup ("Kappa runs no code from a file and refuses names it does not know to be "
                   "harmless; if you trust "
                   "the file, load it in Python and save model.state_dict() instead");
}
