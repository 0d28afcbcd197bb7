'use strict';
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

/**
 * Begins a program of one file, CommonJS, with what V8 had compiled of it when it was begun first: compiling it is a third
 * of its whole start. From Node 22 on `module.enableCompileCache` does this.
 *
 *     begin.cjs PROGRAM ...
 */
const [file] = process.argv.splice(2, 1);
const kept = `${file}.compiled`;
const isFirst = !existsSync(kept);
const script = new Script(
  `(function (require, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`,
  { filename: file, ...(isFirst ? {} : { cachedData: readFileSync(kept) }) },
);
if (isFirst) process.once('exit', () => writeFileSync(kept, script.createCachedData()));
script.runInThisContext()(createRequire(file), file, dirname(file));
