#pragma once

#include <gio/gio.h>

/*
 * What an analysis finds, as it finds it. A KappaResult is filled by worker threads and read by whoever shows or
 * stores it; every function may be called from any thread.
 */

/**
 * KappaCertaintyKind:
 * @KAPPA_EXACT: nothing was estimated: the value is what the definition says, up to rounding
 * @KAPPA_INTERVAL: a confidence interval of the given level
 * @KAPPA_RESIDUAL: a numerical residual, in the unit of the value
 */
typedef enum
{
  KAPPA_EXACT,
  KAPPA_INTERVAL,
  KAPPA_RESIDUAL,
} KappaCertaintyKind;

typedef struct
{
  KappaCertaintyKind kind;
  double low, high; /* ends of the interval */
  double level;     /* of the interval, e.g. 0.95 */
  double residual;
} KappaCertainty;

#define KAPPA_CERTAINTY_EXACT            ((KappaCertainty){ .kind = KAPPA_EXACT })
#define KAPPA_CERTAINTY_RESIDUAL(r)      ((KappaCertainty){ .kind = KAPPA_RESIDUAL, .residual = (r) })
#define KAPPA_CERTAINTY_INTERVAL(l, h, c) ((KappaCertainty){ .kind = KAPPA_INTERVAL, .low = (l), .high = (h), .level = (c) })

/**
 * KappaScalar:
 * @definition: data subset, reduction, regulariser, BatchNorm mode, precision: all that decides the number
 */
typedef struct
{
  char *name;
  double value;
  char *unit; /* "" for a pure number */
  char *definition;
  KappaCertainty certainty;
} KappaScalar;

typedef enum
{
  KAPPA_COLUMN_NUMBER,
  KAPPA_COLUMN_INTEGER,
  KAPPA_COLUMN_TEXT,
} KappaColumnType;

typedef struct
{
  char *name;
  char *unit;
  KappaColumnType type;
} KappaColumn;

/**
 * KappaTable:
 *
 * Cells are kept column by column: numbers in @numbers, texts in @texts, one of the two for each column.
 */
typedef struct
{
  char *name;
  char *definition;
  guint n_columns;
  gsize n_rows;
  KappaColumn *columns;
  double **numbers; /* n_columns pointers to n_rows numbers, NULL for text columns */
  char ***texts;    /* n_columns pointers to n_rows strings, NULL for number columns */
} KappaTable;

#define KAPPA_ARRAY_MAX_RANK 4

/* An array whose name begins so is what a run resumes from: stored like all others, and shown and exported nowhere. */
#define KAPPA_ARRAY_STATE '.'

/**
 * KappaArray:
 * @axes: a name for each dimension, e.g. "alpha"
 * @coordinates: dims[d] numbers for each dimension d
 * @values: row-major; what is not @present yet is NaN
 * @present: one byte for each value: 1 once it was computed; a computed NaN or infinity is present
 */
typedef struct
{
  char *name;
  char *unit;
  char *definition;
  guint rank;
  gsize dims[KAPPA_ARRAY_MAX_RANK];
  char *axes[KAPPA_ARRAY_MAX_RANK];
  double *coordinates[KAPPA_ARRAY_MAX_RANK];
  double *values;
  guint8 *present;
} KappaArray;

KappaScalar *kappa_scalar_copy   (const KappaScalar *scalar);
void         kappa_scalar_free   (KappaScalar *scalar);
KappaTable  *kappa_table_new     (const char *name, const char *definition, guint n_columns, const KappaColumn *columns);
void         kappa_table_add_row (KappaTable *table, ...);
void         kappa_table_add_cells (KappaTable *table, const double *numbers, const char *const *texts);
KappaTable  *kappa_table_copy    (const KappaTable *table);
void         kappa_table_free    (KappaTable *table);
KappaArray  *kappa_array_new     (const char *name, const char *unit, const char *definition, guint rank, const gsize *dims);
void         kappa_array_set_axis (KappaArray *array, guint axis, const char *name, const double *coordinates);
gsize        kappa_array_get_size (const KappaArray *array);
KappaArray  *kappa_array_copy    (const KappaArray *array);
void         kappa_array_free    (KappaArray *array);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaScalar, kappa_scalar_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaTable, kappa_table_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaArray, kappa_array_free)

/**
 * KappaResultListener:
 *
 * Told of every change, in the thread that makes it, while the result is locked; so that a store can write
 * before anyone else sees the value. Must not call back into the result.
 */
typedef struct
{
  void (*scalar) (const KappaScalar *scalar, gpointer data);
  void (*table)  (const KappaTable *table, gpointer data);
  void (*array)  (const KappaArray *array, gpointer data);
  void (*values) (const KappaArray *array, gsize first, gsize n, gpointer data);
} KappaResultListener;

#define KAPPA_TYPE_RESULT (kappa_result_get_type ())
G_DECLARE_FINAL_TYPE (KappaResult, kappa_result, KAPPA, RESULT, GObject)

KappaResult *kappa_result_new            (void);
void         kappa_result_set_listener   (KappaResult *self, const KappaResultListener *listener, gpointer data);
void         kappa_result_set_scalar     (KappaResult *self, const char *name, double value, const char *unit,
                                          KappaCertainty certainty, const char *definition);
void         kappa_result_take_table     (KappaResult *self, KappaTable *table);
void         kappa_result_take_array     (KappaResult *self, KappaArray *array);
gboolean     kappa_result_set_values     (KappaResult *self, const char *array, gsize first, gsize n, const double *values);
gboolean     kappa_result_is_present     (KappaResult *self, const char *array, gsize index);
gboolean     kappa_result_get_value      (KappaResult *self, const char *array, gsize index, double *value);
gsize        kappa_result_count_present  (KappaResult *self, const char *array);
guint64      kappa_result_get_generation (KappaResult *self);
char       **kappa_result_list_scalars   (KappaResult *self);
char       **kappa_result_list_tables    (KappaResult *self);
char       **kappa_result_list_arrays    (KappaResult *self);
char       **kappa_result_list_stored_arrays (KappaResult *self);
KappaScalar *kappa_result_dup_scalar     (KappaResult *self, const char *name);
KappaTable  *kappa_result_dup_table      (KappaResult *self, const char *name);
KappaArray  *kappa_result_dup_array      (KappaResult *self, const char *name);
