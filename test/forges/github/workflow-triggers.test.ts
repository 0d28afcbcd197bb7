import { expect, it } from 'vitest';
import { mayRunOnPush } from '../../../src/forges/github/examine/workflow-triggers.ts';

it.each([
  'on: push',
  'on: [push, pull_request]',
  '"on": push # every one',
  'on:\n  push:\n  pull_request:\n    branches: [main]\njobs: {}\n',
  'on:\n- push\n- workflow_dispatch\njobs:\n',
  'on:\n  - push\njobs:\n',
  'name: x\non:\n  push:\n    paths: [src/**]\n',
  "on:\n  push:\n    branches: ['**']\n",
  'on: {push: }',
  "on:\n  'push':\n    # branches: [main]\njobs:\n",
])('may run on a cache branch: %j', (yaml) => {
  expect(mayRunOnPush(yaml)).toBe(true);
});

it.each([
  '',
  'on: pull_request',
  'on: [pull_request, workflow_dispatch]',
  'on:\n  push:\n    branches: [main]\njobs:\n',
  'on:\r\n  push:\r\n    branches:\r\n      - main\r\njobs:\r\n',
  'on:\n  push:\n    branches-ignore: ["orthrus/**"]\n',
  "on:\n  push:\n    tags: ['v*']\n",
  'on: {push: {branches: [main]}}',
  'on:\n  pull_request:\njobs:\n  push:\n    steps: []\n',
  'on:\n  workflow_call:\n    inputs:\n      push_it: {type: boolean}\n',
  'jobs:\n  push:\n',
])('does not: %j', (yaml) => {
  expect(mayRunOnPush(yaml)).toBe(false);
});
