import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Circuit, CircuitOpenError } from './circuit.ts';

const failing = () => Promise.reject(new Error('away'));
const working = () => Promise.resolve('well');

test('it opens after as many failures in a row, and refuses calls without making them', async () => {
  const circuit = new Circuit('it', { failures: 2, openMs: 60_000 });
  await assert.rejects(circuit.run(failing), /^Error: away/);
  assert.equal(await circuit.run(working), 'well');
  await assert.rejects(circuit.run(failing), /^Error: away/);
  assert.equal(circuit.isOpen, false);
  await assert.rejects(circuit.run(failing), /^Error: away/);
  assert.equal(circuit.isOpen, true);
  let calls = 0;
  const counted = async () => calls++;
  await assert.rejects(circuit.run(counted), CircuitOpenError);
  assert.equal(calls, 0);
});

test('one call tries after a while; its success closes the circuit, and nobody else waits for it', async () => {
  const circuit = new Circuit('it', { openMs: 0 });
  await assert.rejects(circuit.run(failing));
  const trial = Promise.withResolvers<string>();
  const trying = circuit.run(() => trial.promise);
  await assert.rejects(circuit.run(working), CircuitOpenError);
  trial.resolve('back');
  assert.equal(await trying, 'back');
  assert.equal(circuit.isOpen, false);
  assert.equal(await circuit.run(working), 'well');
});

test('errors that do not mean that it is away leave it closed', async () => {
  const circuit = new Circuit('it', { isFailure: (error) => (error as Error).message !== 'no such row' });
  await assert.rejects(circuit.run(() => Promise.reject(new Error('no such row'))));
  assert.equal(circuit.isOpen, false);
});
