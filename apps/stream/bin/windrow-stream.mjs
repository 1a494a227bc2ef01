#!/usr/bin/env node
import { launch } from '@windrow/cli/launch';
await launch(import.meta.url, 'steady');
