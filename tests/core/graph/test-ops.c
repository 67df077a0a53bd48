/* Every primitive of the table, on the examples it brings along. And: that a fault in any derivative rule is found. */

#include <string.h>

#include "harness.h"

typedef struct
{
  const KappaOp *op;
  guint example;
} Item;

static void
test_rules (gconstpointer data)
{
  const Item *item = data;
  g_autofree char *fault = harness_check (item->op, &item->op->examples[item->example], NULL, NULL, NULL);

  if (fault != NULL)
    g_test_fail_printf ("%s", fault);
}

/* Mutation: the k-th node that the rules of a primitive append is replaced by a slightly different one. Rules also append
 * cotangents nobody asks for; a change to one of those changes no value and is no fault.
 */
typedef struct
{
  const KappaOp *op;
  guint target;
  guint seen;
} Mutation;

static KappaNode
mutate (KappaGraph *graph, const KappaOp *rule_of, KappaNode node, gpointer data)
{
  Mutation *m = data;

  if (rule_of != m->op || kappa_graph_get_dtype (graph, node) == KAPPA_I32 || m->seen++ != m->target)
    return node;
  return kappa_shift (graph, kappa_scale (graph, node, 1.01), 0.01);
}

static void
test_mutations (gconstpointer data)
{
  const KappaOp *op = data;
  guint tried = 0, survived = 0, idle = 0;
  gboolean reached = TRUE;

  for (guint target = 0; reached; target++)
    {
      gboolean noticed = FALSE, matters = FALSE;

      reached = FALSE;
      for (guint i = 0; i < op->n_examples && !noticed; i++)
        {
          Mutation m = { op, target, 0 };
          HarnessValues before, after;
          g_autofree char *fault = harness_check (op, &op->examples[i], mutate, &m, &after);

          g_free (harness_check (op, &op->examples[i], NULL, NULL, &before));
          reached |= m.seen > target;
          matters |= memcmp (&before, &after, sizeof before) != 0;
          noticed = fault != NULL;
        }
      tried += reached ? 1 : 0;
      idle += reached && !matters ? 1 : 0;
      if (matters && !noticed)
        {
          survived++;
          g_test_message ("mutation %u of the rules of %s is not noticed", target, op->name);
        }
    }
  g_test_message ("%s: %u mutations, %u of values nobody asks for, %u not noticed", op->name, tried, idle, survived);
  if (survived > 0)
    g_test_fail_printf ("%s: %u of %u mutations not noticed", op->name, survived, tried);
}

static void
add_op (const KappaOp *op)
{
  for (guint i = 0; i < op->n_examples; i++)
    {
      g_autofree char *path = g_strdup_printf ("/op/%s/rules/%u", op->name, i);
      Item *item = g_new (Item, 1);

      *item = (Item){ op, i };
      g_test_add_data_func_full (path, item, test_rules, g_free);
    }
  if (op->jvp != NULL || op->vjp != NULL || op->derivative != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/op/%s/mutations", op->name);

      g_test_add_data_func (path, op, test_mutations);
    }
}

static void
test_examples (void)
{
  for (guint f = 0; kappa_op_families[f] != NULL; f++)
    for (guint i = 0; kappa_op_families[f][i] != NULL; i++)
      if (kappa_op_families[f][i]->n_examples == 0)
        g_test_fail_printf ("%s has no examples, so nothing tests it", kappa_op_families[f][i]->name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op/examples", test_examples);
  for (guint f = 0; kappa_op_families[f] != NULL; f++)
    for (guint i = 0; kappa_op_families[f][i] != NULL; i++)
      add_op (kappa_op_families[f][i]);
  return g_test_run ();
}
