import { describe, expect, test } from 'vitest';
import { recognise } from '../../../../lib/recovery/logical/reading/recognise.ts';
import { compressedSamples, encryptedSample, sampleDump } from './support/compressed-samples.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('recognising a file by its first bytes', () => {
  test.each(Object.entries(compressedSamples))('%s is a wrapping', (wrapping, bytes) => {
    expect(recognise(bytes)).toEqual({ kind: 'wrapping', wrapping });
  });

  test('openssl encryption is a wrapping', () => {
    expect(recognise(encryptedSample)).toEqual({ kind: 'wrapping', wrapping: 'openssl' });
  });

  test.each([
    ['a custom archive', Buffer.from('PGDMP\x01\x0e\x00\x04\x08\x01'), 'custom'],
    ['plain SQL of pg_dump', Buffer.from(sampleDump), 'plain'],
    ['hand-written SQL', Buffer.from('\n  create table x ();'), 'plain'],
    [
      'SQL behind a long comment',
      Buffer.from(`/* ${'x'.repeat(300)} */ -- y\nInsert into x values (1);`),
      'plain',
    ],
    ['SQL with a byte order mark', Buffer.from('\ufeffSET x = 1;'), 'plain'],
    ['SQL in Latin-1', Buffer.from("SELECT 'caf\xe9';", 'latin1'), 'plain'],
    ['SQL that begins with a meta-command', Buffer.from('\\set ON_ERROR_STOP on\n'), 'plain'],
    [
      'a PostgreSQL dump with MySQL words in it',
      Buffer.from("--\n-- PostgreSQL database dump\n--\n\nSET x = 'INSERT `a`';"),
      'plain',
    ],
  ])('%s', (_name, bytes, kind) => {
    expect(recognise(bytes)).toEqual({ kind });
  });

  test.each([
    ['no byte', Buffer.alloc(0), 'DUMP_EMPTY', 'no byte'],
    ['white space', Buffer.from(' \r\n\t\n'), 'DUMP_EMPTY', 'white space'],
    ['zero bytes', Buffer.alloc(2000), 'DUMP_NOT_A_DUMP', 'zero bytes'],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 167 + 13) % 256)),
      'DUMP_NOT_A_DUMP',
      'binary data',
    ],
    ['an HTML page', Buffer.from('<!DOCTYPE html>\n<html><title>secret'), 'DUMP_NOT_A_DUMP', 'an HTML page'],
    [
      'an S3 error',
      Buffer.from('<?xml version="1.0"?>\n<Error><Code>secret</Code>'),
      'DUMP_NOT_A_DUMP',
      'an XML error document',
    ],
    [
      'another XML document',
      Buffer.from('<?xml version="1.0"?><a>secret'),
      'DUMP_NOT_A_DUMP',
      'an XML document',
    ],
    ['JSON', Buffer.from('{"message": "secret"}'), 'DUMP_NOT_A_DUMP', 'a JSON document'],
    [
      'a log of pg_dump',
      Buffer.from('pg_dump: error: connection to secret failed'),
      'DUMP_NOT_A_DUMP',
      'an error message of pg_dump',
    ],
    ['a time stamp', Buffer.from('2026-11-18T02:00:00Z\n'), 'DUMP_NOT_A_DUMP', 'text, but no SQL'],
    [
      'a checksum',
      Buffer.from(`${'ab12'.repeat(16)}  ./secret.sql\n`),
      'DUMP_NOT_A_DUMP',
      'text, but no SQL',
    ],
    [
      'a MySQL dump',
      Buffer.from('-- MySQL dump 10.13\n--\nCREATE TABLE `secret` ('),
      'DUMP_NOT_A_DUMP',
      'MySQL',
    ],
    [
      'a MariaDB dump',
      Buffer.from('/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump'),
      'DUMP_NOT_A_DUMP',
      'MariaDB',
    ],
    [
      'an SQLite dump',
      Buffer.from('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;'),
      'DUMP_NOT_A_DUMP',
      'SQLite dump',
    ],
    ['an SQLite file', Buffer.from('SQLite format 3\0 secret'), 'DUMP_NOT_A_DUMP', 'SQLite database'],
    ['an SQL Server script', Buffer.from('USE [secret]\nGO\n'), 'DUMP_NOT_A_DUMP', 'SQL Server'],
    ['UTF-16 text', Buffer.from('\ufeffSELECT 1;', 'utf16le'), 'DUMP_NOT_A_DUMP', 'UTF-16'],
    ['a PDF', Buffer.from('%PDF-1.7 secret'), 'DUMP_NOT_A_DUMP', 'PDF'],
    [
      'a tar with a damaged header',
      Buffer.concat([Buffer.alloc(257, 'x'), Buffer.from('ustar'), Buffer.alloc(250)]),
      'DUMP_CORRUPT',
      'first header',
    ],
    ['a file of lzma', hex('5d00008000ffffffffffffffff'), 'COMPRESSION_UNKNOWN', 'lzma'],
    ['a zlib stream', hex('789cedbd6b93a3c895'), 'COMPRESSION_UNKNOWN', 'zlib'],
    ['a 7-Zip file', hex('377abcaf271c0004'), 'COMPRESSION_UNKNOWN', '7-Zip'],
    [
      'the manifest of a base backup',
      Buffer.from('{ "PostgreSQL-Backup-Manifest-Version": 1,\n'),
      'PHYSICAL_BACKUP',
      'manifest',
    ],
    ['a backup label', Buffer.from('START WAL LOCATION: 0/3000028 (file 0'), 'PHYSICAL_BACKUP', 'label'],
    [
      'a segment of WAL',
      hex('10d1 0200 01000000 0000000300000000 00000000 00000000 1122334455667788 00000001 00200000'),
      'PHYSICAL_BACKUP',
      'WAL',
    ],
  ])('%s is refused by name, without its content', (_name, bytes, code, message) => {
    const recognised = recognise(bytes);
    expect(recognised).toMatchObject({ kind: 'refused', code, message: expect.stringContaining(message) });
    expect(JSON.stringify(recognised)).not.toContain('secret');
  });
});
