// Which words belong to which argument. Places are counted in code points, as Python does.

/**
 * A text in stretches that belong to the same arguments.
 *
 * @param {string} text what was said
 * @param {{argument: string, start: number, end: number}[]} sources places in it, which may overlap
 * @returns {{text: string, arguments: string[], ends: string[]}[]} `ends` are those of the arguments
 *   whose place ends with the stretch
 */
export function stretches(text, sources) {
  const points = Array.from(text);
  const known = sources.map((source) => within(source, points.length)).filter(({ start, end }) => start < end);
  const cuts = [0, points.length, ...known.flatMap(({ start, end }) => [start, end])];
  const edges = [...new Set(cuts)].sort((one, other) => one - other);
  return edges.slice(1).map((end, index) => {
    const start = edges[index];
    const over = known.filter((source) => source.start <= start && end <= source.end);
    return {
      text: points.slice(start, end).join(""),
      arguments: names(over),
      ends: names(over.filter((source) => source.end === end)),
    };
  });
}

const names = (sources) => [...new Set(sources.map(({ argument }) => argument))];

const within = ({ argument, start, end }, length) => ({
  argument,
  start: Math.max(0, start),
  end: Math.min(length, end),
});
