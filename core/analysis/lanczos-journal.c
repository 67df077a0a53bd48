#include "core/analysis/lanczos-journal.h"

#include <string.h>

/* An array has coordinates along each axis, so a long one is folded. */
#define ROW 4096

static char *
vector_name (const KappaLanczosJournal *self, guint bank, guint index)
{
  return g_strdup_printf ("%s/%u/%u", self->name, bank, index);
}

static void
declare (KappaResult *result, const char *name, gsize n)
{
  const gsize dims[] = { (n + ROW - 1) / ROW, ROW };

  kappa_result_take_array (result, n > ROW ? kappa_array_new (name, "", "state of a run", 2, dims)
                                           : kappa_array_new (name, "", "state of a run", 1, &n));
}

/**
 * kappa_state_set_bytes:
 * @bytes: (array length=size): of any kind; they are kept as they are in the numbers of an array
 */
void
kappa_state_set_bytes (KappaResult *result, const char *name, gconstpointer bytes, gsize size)
{
  const gsize n = (size + sizeof (double) - 1) / sizeof (double);
  g_autofree double *packed = g_new0 (double, n + 1);

  memcpy (packed, bytes, size);
  declare (result, name, n);
  kappa_result_set_values (result, name, 0, n, packed);
}

/**
 * kappa_state_get_bytes:
 * @bytes: (out caller-allocates) (array length=size)
 *
 * Returns: %FALSE if there are not as many
 */
gboolean
kappa_state_get_bytes (KappaResult *result, const char *name, gpointer bytes, gsize size)
{
  const gsize n = (size + sizeof (double) - 1) / sizeof (double);
  g_autoptr (KappaArray) array = kappa_result_dup_array (result, name);

  if (array == NULL || kappa_array_get_size (array) < n || n == 0
      || memchr (array->present, 0, n) != NULL)
    return FALSE;
  memcpy (bytes, array->values, size);
  return TRUE;
}

/* What is written at every step: counts, coupling, closed values. The first two numbers tell what
 * the others fit. */
enum
{
  CAPACITY,
  BLOCK,
  BANK,
  N_DONE,
  N_PENDING,
  N_PRODUCTS,
  N_RESTARTS,
  N_RENEWALS,
  COMPLETE,
  N_COUNTS
};

static gsize
n_coupling (KappaLanczos *lanczos)
{
  const KappaLanczosOptions *options = kappa_lanczos_get_options (lanczos);

  return (gsize)options->block * options->capacity;
}

static gsize
n_numbers (KappaLanczos *lanczos)
{
  return N_COUNTS + n_coupling (lanczos) + kappa_lanczos_get_n_values (lanczos);
}

static void
save_state (KappaLanczosJournal *self, KappaLanczos *lanczos)
{
  const KappaLanczosState *state = kappa_lanczos_get_state (lanczos);
  const KappaLanczosOptions *options = kappa_lanczos_get_options (lanczos);
  g_autofree char *name = g_strconcat (self->name, "/state", NULL);
  g_autofree double *numbers = g_new0 (double, n_numbers (lanczos));

  numbers[CAPACITY] = options->capacity;
  numbers[BLOCK] = options->block;
  numbers[BANK] = self->bank;
  numbers[N_DONE] = state->n_done;
  numbers[N_PENDING] = state->n_pending;
  numbers[N_PRODUCTS] = state->n_products;
  numbers[N_RESTARTS] = state->n_restarts;
  numbers[N_RENEWALS] = state->n_renewals;
  numbers[COMPLETE] = state->complete;
  memcpy (numbers + N_COUNTS, state->coupling, n_coupling (lanczos) * sizeof *numbers);
  memcpy (numbers + N_COUNTS + n_coupling (lanczos), state->closed,
          kappa_lanczos_get_n_values (lanczos) * sizeof *numbers);
  kappa_state_set_bytes (self->result, name, numbers, n_numbers (lanczos) * sizeof *numbers);
}

/* Each vector comes with its row of the matrix, up to the diagonal; pending ones have none yet. */
static void
save_row (KappaLanczosJournal *self, KappaLanczos *lanczos, guint row)
{
  const guint capacity = kappa_lanczos_get_options (lanczos)->capacity;
  g_autofree char *vector = vector_name (self, self->bank, row),
                  *name = g_strconcat (vector, "/row", NULL);

  kappa_state_set_bytes (self->result, name,
                         kappa_lanczos_get_state (lanczos)->matrix + (gsize)row * capacity,
                         (row + 1) * sizeof (double));
}

static void
save_vector (KappaLanczosJournal *self, KappaLanczos *lanczos, guint index)
{
  KappaKrylovBasis *basis = kappa_lanczos_get_basis (lanczos);
  g_autofree char *name = vector_name (self, self->bank, index);

  kappa_state_set_bytes (self->result, name, kappa_krylov_basis_get_vector (basis, index),
                         kappa_krylov_basis_get_vector_size (basis));
}

/* What replaces them has no axes, unlike all that was written down. */
static void
forget (KappaResult *result, const char *beginning)
{
  g_auto (GStrv) names = kappa_result_list_stored_arrays (result);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], beginning))
      kappa_result_take_array (result, kappa_array_new (names[i], "", "state of a run", 0, NULL));
}

/**
 * kappa_lanczos_journal_save:
 *
 * Writes down what came since the last time. To be called after the start and after each step.
 */
void
kappa_lanczos_journal_save (KappaLanczosJournal *self, KappaLanczos *lanczos)
{
  const KappaLanczosState *state = kappa_lanczos_get_state (lanczos);
  const gboolean restarted = (state->n_restarts & 1) != self->bank;
  const guint n_known = restarted ? 0 : self->n_vectors;

  self->bank = state->n_restarts & 1;
  for (guint i = n_known; i < state->n_done + state->n_pending; i++)
    save_vector (self, lanczos, i);
  for (guint i = restarted ? 0 : MIN (self->n_rows, state->n_done); i < state->n_done; i++)
    save_row (self, lanczos, i);
  save_state (self, lanczos);
  self->n_vectors = state->n_done + state->n_pending;
  self->n_rows = state->n_done;
  if (restarted)
    {
      g_autofree char *old = g_strdup_printf ("%s/%u/", self->name, !self->bank);

      forget (self->result, old);
    }
}

static gboolean
load_rows (KappaLanczosJournal *self, KappaLanczos *lanczos)
{
  KappaLanczosState *state = kappa_lanczos_get_state (lanczos);
  const guint capacity = kappa_lanczos_get_options (lanczos)->capacity;
  KappaKrylovBasis *basis = kappa_lanczos_get_basis (lanczos);

  for (guint i = 0; i < state->n_done + state->n_pending; i++)
    {
      g_autofree char *vector = vector_name (self, self->bank, i),
                      *row = g_strconcat (vector, "/row", NULL);

      if (!kappa_state_get_bytes (self->result, vector, kappa_krylov_basis_get_vector (basis, i),
                                  kappa_krylov_basis_get_vector_size (basis)))
        return FALSE;
      if (i < state->n_done
          && !kappa_state_get_bytes (self->result, row, state->matrix + (gsize)i * capacity,
                                     (i + 1) * sizeof (double)))
        return FALSE;
      for (guint j = 0; j < i; j++)
        state->matrix[(gsize)j * capacity + i] = state->matrix[(gsize)i * capacity + j];
    }
  return TRUE;
}

static gboolean
load_state (KappaLanczosJournal *self, KappaLanczos *lanczos)
{
  KappaLanczosState *state = kappa_lanczos_get_state (lanczos);
  const KappaLanczosOptions *options = kappa_lanczos_get_options (lanczos);
  g_autofree char *name = g_strconcat (self->name, "/state", NULL);
  g_autofree double *numbers = g_new0 (double, n_numbers (lanczos));

  if (!kappa_state_get_bytes (self->result, name, numbers, n_numbers (lanczos) * sizeof *numbers)
      || numbers[CAPACITY] != options->capacity || numbers[BLOCK] != options->block
      || !(numbers[N_DONE] >= 0.0 && numbers[N_PENDING] >= 0.0
           && numbers[N_PENDING] <= options->block
           && numbers[N_DONE] + numbers[N_PENDING] <= options->capacity))
    return FALSE;
  self->bank = numbers[BANK] != 0.0;
  state->n_done = (guint)numbers[N_DONE];
  state->n_pending = (guint)numbers[N_PENDING];
  state->n_products = (guint)numbers[N_PRODUCTS];
  state->n_restarts = (guint)numbers[N_RESTARTS];
  state->n_renewals = (guint)numbers[N_RENEWALS];
  state->complete = numbers[COMPLETE] != 0.0;
  memcpy (state->coupling, numbers + N_COUNTS, n_coupling (lanczos) * sizeof *numbers);
  memcpy (state->closed, numbers + N_COUNTS + n_coupling (lanczos),
          kappa_lanczos_get_n_values (lanczos) * sizeof *numbers);
  return TRUE;
}

static void
reset (KappaLanczosState *state)
{
  state->n_done = state->n_pending = 0;
  state->n_products = state->n_restarts = state->n_renewals = 0;
  state->complete = FALSE;
}

/**
 * kappa_lanczos_journal_load:
 * @lanczos: new, with the options of the run that was written down
 *
 * Returns: whether there was such a run; @lanczos goes on where it stopped. Otherwise it has to be
 * started
 */
gboolean
kappa_lanczos_journal_load (KappaLanczosJournal *self, KappaLanczos *lanczos)
{
  KappaLanczosState *state = kappa_lanczos_get_state (lanczos);

  if (!load_state (self, lanczos) || !load_rows (self, lanczos))
    {
      reset (state);
      self->bank = 0;
      return FALSE;
    }
  self->n_vectors = state->n_done + state->n_pending;
  self->n_rows = state->n_done;
  kappa_lanczos_restored (lanczos);
  return TRUE;
}

/**
 * kappa_lanczos_journal_forget:
 * @name: of a run that is over
 *
 * Frees what was written down; a few empty arrays remain.
 */
void
kappa_lanczos_journal_forget (KappaResult *result, const char *name)
{
  g_autofree char *beginning = g_strconcat (name, "/", NULL);

  forget (result, beginning);
}
