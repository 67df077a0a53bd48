#pragma once

#include <gio/gio.h>

#include "core/graph/graph.h"

/*
 * How a primitive that is a step of its own meets memory. The planner asks the kernel how it wants its operands,
 * brings them there, and plans its scratch memory; the kernel only computes.
 */

/**
 * KappaView:
 *
 * A tensor as it lies in memory: strides and offset in elements.
 */
typedef struct
{
  KappaDtype dtype;
  guint rank;
  gint64 dims[KAPPA_MAX_RANK];
  gint64 strides[KAPPA_MAX_RANK];
  gint64 offset;
} KappaView;

/**
 * KappaLayout:
 * @KAPPA_LAYOUT_ANY: as it is, whatever the strides
 * @KAPPA_LAYOUT_ROWS: dense, row-major
 * @KAPPA_LAYOUT_CHANNELS_LAST: dense, N H W C, for rank 4
 * @KAPPA_LAYOUT_PACKED: an opaque form made by the kernel's own pack function
 */
typedef enum
{
  KAPPA_LAYOUT_ANY,
  KAPPA_LAYOUT_ROWS,
  KAPPA_LAYOUT_CHANNELS_LAST,
  KAPPA_LAYOUT_PACKED,
} KappaLayout;

#define KAPPA_KERNEL_MAX_OPERANDS (KAPPA_MAX_INPUTS + 2)

/* What a product may do to its result before it is written. Adding and multiplying take an operand of the result's
 * shape; a relu is the last.
 */
typedef enum
{
  KAPPA_LINK_ADD,
  KAPPA_LINK_MUL,
  KAPPA_LINK_RELU,
} KappaLink;

#define KAPPA_MAX_LINKS 4

/**
 * KappaKernelSpec:
 * @inputs: the operands as they lie now; a kernel may accept their strides or ask for a layout
 * @output: dtype and dims; the kernel chooses the layout
 * @fixed: the operand is the same for all samples and vectors, the result is not: packing it pays
 * @bias: where links are taken: whether a number for each channel is added first
 * @links, @n_links: what is done to the result then, in this order
 */
typedef struct
{
  const KappaAttrs *attrs;
  guint n_inputs;
  KappaView inputs[KAPPA_MAX_INPUTS];
  KappaView output;
  gboolean fixed[KAPPA_MAX_INPUTS];
  gboolean bias;
  KappaLink links[KAPPA_MAX_LINKS];
  guint n_links;
} KappaKernelSpec;

/**
 * KappaKernelPlan:
 * @layouts: what the kernel wants of each operand
 * @output: the layout it writes: ROWS or CHANNELS_LAST
 * @pack_sizes, @pack_keys: for packed operands: bytes, and a text equal for equal forms
 * @adds_in_place: the first link is an addition to what already lies where the result goes: its operand, if the planner
 *   can put the result there, or else a copy the kernel makes
 * @scratch: bytes of scratch memory of one worker
 * @macs: multiply-adds of one execution
 */
typedef struct
{
  gpointer state;
  KappaLayout layouts[KAPPA_KERNEL_MAX_OPERANDS];
  KappaLayout output;
  gsize pack_sizes[KAPPA_KERNEL_MAX_OPERANDS];
  char *pack_keys[KAPPA_KERNEL_MAX_OPERANDS];
  gboolean adds_in_place;
  gsize scratch;
  guint64 macs;
} KappaKernelPlan;

/**
 * KappaKernelArgs:
 * @inputs: pointers to the first element of each operand's view, or to its packed form
 * @bias, @linked: of a fused product; the operand of each link, in the output's layout, %NULL for relu
 * @cancel: set when the run is to stop: long kernels look at it and return early with garbage
 */
typedef struct
{
  const KappaView *views;
  const void *inputs[KAPPA_MAX_INPUTS];
  const void *bias;
  const void *linked[KAPPA_MAX_LINKS];
  const KappaView *out_view;
  void *output;
  void *scratch;
  GCancellable *cancellable;
} KappaKernelArgs;

typedef struct
{
  gboolean (*fuses) (KappaGraph *graph, KappaNode node); /* whether it takes a bias and links; NULL for no */
  gboolean (*prepare) (const KappaKernelSpec *spec, KappaKernelPlan *plan, GError **error);
  void (*pack) (gpointer state, guint operand, const KappaView *view, const void *source, void *packed);
  void (*run) (gpointer state, const KappaKernelArgs *args);
  void (*release) (gpointer state);
} KappaKernelClass;

KappaView kappa_view_dense         (KappaDtype dtype, const KappaShape *shape, KappaLayout layout);
gboolean  kappa_view_is_dense      (const KappaView *view, KappaLayout layout);
