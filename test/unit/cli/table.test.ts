import { expect } from 'chai';

import { fitted, table, wrapped } from '../../../src/cli/display/table.ts';
import { paintFor, Terminal, widthOf } from '../../../src/cli/display/terminal.ts';

const columns = [{ title: 'name' }, { title: 'weight', align: 'right' }, { title: 'note' }] as const;
const rows = [
  ['AAPL', '12.00 %', 'a short note'],
  ['A name that is far too long for a narrow table', '7.50 %', 'and a note that is long as well'],
];

describe('a table', () => {
  it('is as wide as its text when there is room', () => {
    expect(
      table(
        [{ title: 'a' }, { title: 'b', align: 'right' }],
        [
          ['x', '10'],
          ['yy', '9'],
        ],
        80,
      ),
    ).to.deep.equal(['a    b', 'x   10', 'yy   9']);
  });

  it('fits every width of at least its numbers, by cutting text and never numbers', () => {
    for (let width = 24; width <= 120; width += 1) {
      const lines = table(columns, rows, width);
      expect(Math.max(...lines.map(widthOf)), `width ${String(width)}`).to.be.at.most(width);
      expect(lines[1]).to.include('12.00 %');
      expect(lines[2]).to.include('7.50 %');
    }
  });

  it('cuts with an ellipsis', () => {
    expect(fitted('abcdef', 4)).to.equal('abc…');
    expect(fitted('abcdef', 6)).to.equal('abcdef');
    expect(fitted('abcdef', 0)).to.equal('');
  });

  it('goes on below where a column wraps, between words', () => {
    const wrapping = [
      { title: 'id', flexible: false },
      { title: 'can', wraps: true },
    ];
    const can = 'one two three four';
    expect(
      table(
        wrapping,
        [
          ['quite-long-id', can],
          ['b', ''],
        ],
        24,
      ),
    ).to.deep.equal([
      'id             can',
      'quite-long-id  one two',
      '               three',
      '               four',
      'b',
    ]);
    expect(wrapped(can, 80)).to.deep.equal([can]);
    expect(wrapped('cash of 2.00 %', 12)).to.deep.equal(['cash of', '2.00 %']);
    expect(wrapped('a wordwiderthanthat b', 6)).to.deep.equal(['a', 'wordwiderthanthat', 'b']);
  });

  it('does not count colours', () => {
    const red = '\u001b[31mred\u001b[39m';
    expect(widthOf(red)).to.equal(3);
    expect(fitted(red, 3)).to.equal(red);
    expect(table([{ title: 'c' }, { title: 'd' }], [[red, 'x']], 10)).to.deep.equal(['c    d', `${red}  x`]);
  });
});

describe('a terminal', () => {
  it('has colours only on a terminal without NO_COLOR', () => {
    const tty = { write: () => true, isTTY: true };
    expect(paintFor(tty, {}).red('x')).to.equal('\u001b[31mx\u001b[39m');
    expect(paintFor(tty, { NO_COLOR: '1' }).red('x')).to.equal('x');
    expect(paintFor(tty, { TERM: 'dumb' }).red('x')).to.equal('x');
    expect(paintFor({ write: () => true }, {}).red('x')).to.equal('x');
  });

  it('redraws in place on a terminal and draws nothing elsewhere', () => {
    const written: string[] = [];
    const write = (text: string): boolean => written.push(text) > 0;
    const live = new Terminal({ write, isTTY: true, columns: 100 }, {});
    live.draw(['one', 'two']);
    live.line('below');
    expect(written).to.deep.equal(['one\ntwo\n', '\u001b[2A\u001b[0J', 'below\n']);
    written.length = 0;
    const plain = new Terminal({ write }, {});
    plain.draw(['one']);
    plain.line('text');
    expect(written).to.deep.equal(['text\n']);
    expect([live.columns, plain.columns]).to.deep.equal([100, 80]);
  });
});
