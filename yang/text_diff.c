/*
 * Differences of texts: see text_diff.h.
 *
 * Nodes are found by their first line and compared one by one. (One longest
 * common subsequence over all lines was rejected: a thousand new connections
 * would make it quadratic, and it would match lines of one node with those of
 * another.) A node that changed its place among the others, which matters for
 * access lists, is shown as removed and added.
 */
#include "yang/text_diff.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MAX (1u << 20)    /* cells; larger nodes are shown as replaced */

struct line {
	const char *text;
	size_t length;
};

/* The line that enters it and those up to exit, without that. */
struct node {
	struct line *lines;
	size_t count;
	bool matched;           /* of from: its like was found */
};

struct text {
	struct line *lines;
	struct node *nodes;
	size_t line_count, count;
	size_t *index;          /* of nodes, by their first line */
};

static bool is_exit(const struct line *l)
{
	return (l->length == 5 && !memcmp(l->text, " exit", 5)) ||
	       (l->length == 4 && !memcmp(l->text, "exit", 4));
}

static int line_cmp(const struct line *a, const struct line *b)
{
	size_t n = a->length < b->length ? a->length : b->length;
	int c = memcmp(a->text, b->text, n);

	return c ? c : (a->length > b->length) - (a->length < b->length);
}

static int index_cmp(const void *a, const void *b, void *nodes)
{
	const struct node *n = nodes;

	return line_cmp(n[*(const size_t *)a].lines, n[*(const size_t *)b].lines);
}

static void *room(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

static void text_init(struct text *t, const char *s)
{
	size_t most = 1;

	*t = (struct text){ 0 };
	for (const char *p = s; *p; p++)
		most += *p == '\n';
	t->lines = room(most, sizeof(*t->lines));
	t->nodes = room(most, sizeof(*t->nodes));
	t->index = room(most, sizeof(*t->index));
	while (*s) {
		struct line l = { s, strcspn(s, "\n") };

		s += l.length + (s[l.length] == '\n');
		if (!l.length || *l.text == '!' || is_exit(&l))
			continue;
		t->lines[t->line_count] = l;
		if (*l.text != ' ' || !t->count) {
			t->index[t->count] = t->count;
			t->nodes[t->count++].lines = &t->lines[t->line_count];
		}
		t->nodes[t->count - 1].count++;
		t->line_count++;
	}
	if (t->count)
		qsort_r(t->index, t->count, sizeof(*t->index), index_cmp, t->nodes);
}

static void text_fini(struct text *t)
{
	free(t->lines);
	free(t->nodes);
	free(t->index);
}

/* The node of from with this first line; NULL for none. */
static struct node *find(const struct text *t, const struct node *like)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct node *n = &t->nodes[t->index[middle]];
		int c = line_cmp(n->lines, like->lines);

		if (!c)
			return n;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct work {
	struct gh_buf *out;
	struct text_diff count;
	const struct node *entered;     /* whose first line is still to be shown */
};

/* How much of the line may be shown before its secret; 0: it has none. */
static size_t before_secret(const struct line *l)
{
	static const char *const keys[] = {
		" shared-key ", " alternate-shared-key ", " password ", " bgp password ",
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (l->length > strlen(keys[i]) && !memcmp(l->text, keys[i], strlen(keys[i])))
			return strlen(keys[i]);
	return 0;
}

static void print(struct work *w, char sign, const struct line *l)
{
	size_t secret = before_secret(l);

	if (!w->out)
		return;
	gh_buf_printf(w->out, "%c%.*s%s\n", sign, (int)(secret ? secret : l->length), l->text,
		      secret ? "<hidden>" : "");
}

static void show(struct work *w, char sign, const struct line *l)
{
	if (w->entered)
		print(w, ' ', w->entered->lines);
	w->entered = NULL;
	print(w, sign, l);
	if (sign == '+')
		w->count.added++;
	else
		w->count.removed++;
}

static void show_all(struct work *w, char sign, const struct node *n)
{
	w->entered = NULL;
	for (size_t i = 0; i < n->count; i++)
		show(w, sign, &n->lines[i]);
}

/* Longest common subsequence of what is left between equal ends. */
static void show_middle(struct work *w, const struct line *a, size_t n, const struct line *b,
			size_t m)
{
	uint32_t *table;
	size_t i = 0, j = 0;

	if (n && m && n < TABLE_MAX / m) {
		table = room((n + 1) * (m + 1), sizeof(*table));
		for (size_t x = n; x-- > 0; )
			for (size_t y = m; y-- > 0; ) {
				uint32_t down = table[(x + 1) * (m + 1) + y];
				uint32_t right = table[x * (m + 1) + y + 1];

				table[x * (m + 1) + y] = !line_cmp(&a[x], &b[y]) ?
					table[(x + 1) * (m + 1) + y + 1] + 1 :
					down >= right ? down : right;
			}
		while (i < n && j < m) {
			if (!line_cmp(&a[i], &b[j])) {
				i++;
				j++;
			} else if (table[(i + 1) * (m + 1) + j] >= table[i * (m + 1) + j + 1]) {
				show(w, '-', &a[i++]);
			} else {
				show(w, '+', &b[j++]);
			}
		}
		free(table);
	}
	for (; i < n; i++)
		show(w, '-', &a[i]);
	for (; j < m; j++)
		show(w, '+', &b[j]);
}

static void show_changes(struct work *w, const struct node *from, const struct node *to)
{
	const struct line *a = from->lines + 1, *b = to->lines + 1;
	size_t n = from->count - 1, m = to->count - 1;

	while (n && m && !line_cmp(a, b)) {
		a++;
		b++;
		n--;
		m--;
	}
	while (n && m && !line_cmp(&a[n - 1], &b[m - 1])) {
		n--;
		m--;
	}
	w->entered = to;
	show_middle(w, a, n, b, m);
	w->entered = NULL;
}

struct text_diff text_diff(const char *from, const char *to, struct gh_buf *out)
{
	struct work w = { .out = out };
	struct text a, b;
	size_t next = 0;        /* of from: shown up to here */

	text_init(&a, from);
	text_init(&b, to);
	for (size_t i = 0; i < b.count; i++) {
		struct node *old = find(&a, &b.nodes[i]);

		if (!old || old->matched || (size_t)(old - a.nodes) < next) {
			show_all(&w, '+', &b.nodes[i]);
			continue;
		}
		for (; &a.nodes[next] < old; next++)
			show_all(&w, '-', &a.nodes[next]);
		old->matched = true;
		next++;
		show_changes(&w, old, &b.nodes[i]);
	}
	for (; next < a.count; next++)
		show_all(&w, '-', &a.nodes[next]);
	text_fini(&a);
	text_fini(&b);
	return w.count;
}
