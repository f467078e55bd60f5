import ts from 'typescript';

export interface Import {
  /** As written; undefined when the path is computed at run time. */
  readonly specifier: string | undefined;
  /** Erased before the code runs. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

export interface SourceModule {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSpan[];
}

/** Bodies of `describe` group tests and are not functions that somebody has to hold in mind at once. */
const groups = new Set(['describe', 'context', 'suite']);

const textOf = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

const hasOnlyTypes = (clause: ts.ImportClause): boolean =>
  clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
  (clause.name === undefined &&
    clause.namedBindings !== undefined &&
    ts.isNamedImports(clause.namedBindings) &&
    clause.namedBindings.elements.length > 0 &&
    clause.namedBindings.elements.every((element) => element.isTypeOnly));

const exportsOnlyTypes = (node: ts.ExportDeclaration): boolean =>
  node.isTypeOnly ||
  (node.exportClause !== undefined &&
    ts.isNamedExports(node.exportClause) &&
    node.exportClause.elements.length > 0 &&
    node.exportClause.elements.every((element) => element.isTypeOnly));

/** `import(x)`, `require(x)`, `require.resolve(x)` and `import.meta.resolve(x)`. */
const loadsModule = (call: ts.CallExpression): boolean =>
  call.expression.kind === ts.SyntaxKind.ImportKeyword ||
  ['require', 'require.resolve', 'import.meta.resolve'].includes(call.expression.getText());

/** `new URL('./worker.ts', import.meta.url)`: how a worker's entry is named. */
const namesModule = (node: ts.NewExpression): boolean =>
  node.expression.getText() === 'URL' &&
  node.arguments?.[1]?.getText() === 'import.meta.url' &&
  /^\.{1,2}\/.*\.(ts|js|mjs)$/.test(textOf(node.arguments[0]) ?? '');

type FoundImport = Omit<Import, 'line'>;

const importIn = (node: ts.Node): FoundImport | undefined => {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause !== undefined && hasOnlyTypes(node.importClause);
    return { specifier: textOf(node.moduleSpecifier), typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: exportsOnlyTypes(node) };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), typeOnly: true };
  }
  if (ts.isExternalModuleReference(node)) return { specifier: textOf(node.expression), typeOnly: false };
  if (ts.isCallExpression(node) && loadsModule(node)) return { specifier: textOf(node.arguments[0]), typeOnly: false };
  if (ts.isNewExpression(node) && namesModule(node)) {
    return { specifier: textOf(node.arguments?.[0]), typeOnly: false };
  }
  return undefined;
};

const isGroupBody = (node: ts.Node): boolean =>
  ts.isCallExpression(node.parent) && groups.has(node.parent.expression.getText().replace(/\.only$|\.skip$/, ''));

const nameOf = (node: ts.SignatureDeclaration): string => {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  if (ts.isCallExpression(parent)) return `argument of ${parent.expression.getText().slice(0, 40)}`;
  return 'anonymous';
};

/** Reads the imports of every kind and the length of every function of one source text. */
export const readModule = (path: string, text: string): SourceModule => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1;
  const imports: Import[] = [];
  const functions: FunctionSpan[] = [];
  const visit = (node: ts.Node): void => {
    const line = lineAt(node.getStart());
    const found = importIn(node);
    if (found !== undefined) imports.push({ ...found, line });
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && !isGroupBody(node)) {
      functions.push({ name: nameOf(node), line, lines: lineAt(node.getEnd()) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const lines = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  return { path, lines, imports, functions };
};
