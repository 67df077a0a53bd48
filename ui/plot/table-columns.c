#include "ui/plot/table-columns.h"

#include <string.h>

/**
 * kappa_table_find_number:
 * @table: (nullable)
 *
 * Returns: the column of numbers called @name, or −1
 */
int
kappa_table_find_number (const KappaTable *table, const char *name)
{
  for (guint i = 0; table != NULL && i < table->n_columns; i++)
    if (strcmp (table->columns[i].name, name) == 0 && table->numbers[i] != NULL)
      return (int)i;
  return -1;
}

/**
 * kappa_table_find_text:
 * @table: (nullable)
 *
 * Returns: the column of texts called @name, or −1
 */
int
kappa_table_find_text (const KappaTable *table, const char *name)
{
  for (guint i = 0; table != NULL && i < table->n_columns; i++)
    if (strcmp (table->columns[i].name, name) == 0 && table->texts[i] != NULL)
      return (int)i;
  return -1;
}
