#!/usr/bin/env node
import '../dist/drover.js';
